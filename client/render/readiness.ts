import type { Readiness } from '../readiness/judge-readiness';
import { formatBytes, formatDuration, formatFullTime, indent, printable } from './format';
import { renderTable } from './table';

const VERDICTS: Readonly<Record<Readiness['verdict'], string>> = {
  ready: 'ready',
  'ready-with-warnings': 'ready, with warnings',
  'not-ready': 'NOT ready',
};

/** One screen: could the stack be brought back, how fast, and what would be lost? */
export function renderReadiness(stack: string, readiness: Readiness, width = Infinity): string {
  const { verdict, lacking, warnings, point, proof, forecast, drills } = readiness;
  const facts = [
    ...(point === undefined
      ? []
      : [
          `newest point  ${point.id}, ${formatDuration(point.ageSeconds)} old, ${formatBytes(point.bytes)}`,
        ]),
    ...(proof === undefined
      ? []
      : [
          `newest proof  of ${proof.pointId}, ${formatDuration(proof.ageSeconds)} ago, by ${proof.gates.join(', ')}`,
        ]),
    ...(forecast === undefined || point === undefined
      ? []
      : [
          `a total loss  about ${formatDuration(forecast.seconds)} for the data at ${formatBytes(forecast.bytesPerSecond)}/s, as the newest drill measured`,
          `would lose    what was written in the last ${formatDuration(point.ageSeconds)}`,
        ]),
  ];
  const rows = drills.map((drill) => [
    drill.drill,
    formatFullTime(drill.provedAt),
    formatBytes(drill.bytes),
    formatDuration(drill.recoverySeconds),
    drill.ok ? 'held' : `FAILED at ${printable(drill.failed ?? 'a gate')}`,
  ]);
  return [
    `${printable(stack)} is ${VERDICTS[verdict]}`,
    ...facts.map((fact) => `  ${fact}`),
    ...lacking.map((what) => `  lacking: ${printable(what)}`),
    ...warnings.map((what) => `  warning: ${printable(what)}`),
    ...(rows.length === 0
      ? ['  `pawl drill` proves the newest recovery point, and measures how long it takes.']
      : [indent(renderTable(['drill', 'when', 'size', 'took', 'came to'], rows, width - 2))]),
  ].join('\n');
}
