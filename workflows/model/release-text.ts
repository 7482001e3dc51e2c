/**
 * A file of a release, its Compose model or `release.json`: JSON, which as YAML nobody reads in two ways. Written plain,
 * `1_000`, `2001-12-14` and `0b11` would be other things than the strings that they are.
 */
export function releaseText(content: object): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}
