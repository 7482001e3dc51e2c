/** `1 row`, `1,676,206 rows`: a count with its word, in every message that tells one. */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-GB')} ${count === 1 ? one : many}`;
}
