/** A search attribute of type Keyword, as Temporal takes it. */
export function keyword(name: string, value: string) {
  return { key: { name, type: 'KEYWORD' as const }, value };
}
