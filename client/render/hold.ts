import type { HeldStep, ResolvedHold } from '../../workflows/model/hold';
import type { RunProgress } from '../../workflows/model/run';
import { formatTime, printable } from './format';

/** What a person is asked to decide about. */
export function renderHeld({ run, held = [] }: Pick<RunProgress, 'run' | 'held'>): string {
  const ways = [...new Set(held.flatMap((step) => step.ways))].join('|');
  return [
    `${run} holds:`,
    ...held.flatMap(heldLines),
    `\`pawl resolve ${run} ${ways}\` says how it goes on.`,
  ].join('\n');
}

function heldLines({ step, title, failure, advice, since, ways, values }: HeldStep): string[] {
  const known = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  return [
    `  ${printable(title)} (${step}), since ${formatTime(since)}`,
    `    ${printable(failure)}`,
    ...(advice === undefined ? [] : [`    ${printable(advice)}`]),
    `    ${ways.join(', ')}${known.length === 0 ? '' : `; --set of a retry: ${known.join(' ')}`}`,
  ];
}

const GOES_ON: Readonly<Record<ResolvedHold['way'], string>> = {
  retry: 'is tried again',
  skip: 'is skipped',
  abort: 'is given up, and the run is undone',
};

export function renderResolved(run: string, { title, way }: ResolvedHold): string {
  return `${run}: "${printable(title)}" ${GOES_ON[way]}.`;
}
