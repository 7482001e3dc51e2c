/**
 * The revision in the last line that `migrations.head` printed: Alembic adds `(head)` to one that has none above it, and
 * takes none with that. Undefined where nothing was printed: an empty schema has no revision to go back to.
 * Shape:  `0002 (head)` → `0002`
 */
export function schemaRevision(lastLine: string): string | undefined {
  const revision = lastLine.replace(/(\s+\([a-z ]+\))+$/, '').trim();
  return revision === '' ? undefined : revision;
}
