import type { KeptPart, KeptState } from '../../workflows/model/kept';
import { formatTime, printable } from './format';
import { renderTable } from './table';

/** What restores replaced and still keep: one line for each thing that a confirmation would drop. */
export function renderKept(all: readonly KeptState[], width = Infinity): string {
  const rows = all.flatMap(({ run, since, until, parts }) =>
    remaining(parts).map((part) => [
      ...[run, part.name, part.keptAs],
      ...[formatTime(since), formatTime(until), part.state],
    ]),
  );
  return [
    renderTable(['run', 'part', 'kept as', 'since', 'until', 'state'], rows, width),
    ...all.flatMap(({ run, parts }) => reasons(parts).map((reason) => `  ${run}: ${reason}`)),
    '`pawl restore confirm RUN` drops what that run kept, permanently.',
  ].join('\n');
}

/** What is not gone yet. */
export function remaining(parts: readonly KeptPart[]): readonly KeptPart[] {
  return parts.filter(({ state }) => state !== 'dropped');
}

/** Why something is still there though its time is over, line by line. */
export function reasons(parts: readonly KeptPart[]): string[] {
  return parts.flatMap(({ keptAs, reason }) =>
    reason === undefined ? [] : [`${printable(keptAs)}: ${printable(reason)}`],
  );
}
