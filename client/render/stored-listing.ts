import { isTree, type StoredListing } from '../../workflows/model/recovery-point';
import { formatBytes, formatFullTime, printable } from './format';
import { renderTable } from './table';

/** What a recovery point, or one folder of a part, has in it. */
export function renderListing(
  { point, parts, nodes, more = 0 }: StoredListing,
  width: number,
): string {
  if (nodes === undefined) {
    const rows = parts.map((stored) => [
      stored.part.name,
      formatBytes(stored.bytes),
      stored.missing === true ? 'no longer in the repository' : stored.format,
      isTree(stored) ? `pawl points ls ${point.id} ${stored.part.name}` : '-',
    ]);
    return renderTable(['part', 'size', 'as', 'what is in it'], rows, width);
  }
  if (nodes.length === 0) return 'Nothing is in it.';
  const rows = nodes.map(({ path, kind, bytes, modifiedAt }) => [
    formatFullTime(modifiedAt),
    kind === 'file' ? formatBytes(bytes) : kind,
    printable(kind === 'dir' ? `${path}/` : path),
  ]);
  const rest = more === 0 ? [] : [`and ${more.toLocaleString('en-GB')} more`];
  return [renderTable(['changed', 'size', 'path'], rows, width), ...rest].join('\n');
}
