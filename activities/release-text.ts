/**
 * A release's Compose model as its file has it: JSON, which is YAML that nobody reads in two ways. Written plain, `1_000`,
 * `2001-12-14` and `0b11` would be other things than the strings that they are.
 */
export function releaseText(model: object): string {
  return `${JSON.stringify(model, null, 2)}\n`;
}
