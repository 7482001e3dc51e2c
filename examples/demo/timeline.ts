const started = performance.now();

/** One line of the story, with the seconds since it began. */
export function tell(line: string): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(6);
  console.log(`${seconds} s  ${line}`);
}

export function chapter(title: string): void {
  console.log(`\n          ${title}`);
}
