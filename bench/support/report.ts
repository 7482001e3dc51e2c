import type { Contest, Lap, Outcome } from './contest';
import { median, ratio, table } from './figures';

const HEAD = [
  '',
  'median s',
  'ratio: median',
  'best – worst',
  'promised',
  'run s',
  "worker's CPU s",
];

export function report({ title, bytes, raw, ways }: Contest, outcome: Outcome): void {
  const { laps, idleMegabytes, peakMegabytes, loads } = outcome;
  const rawSeconds = secondsOf(laps[raw.title]);
  console.log(`\n${title}: ${(bytes / 1e6).toFixed(0)} MB, ${rawSeconds.length} rounds`);
  const rows = Object.entries(ways).map(([way, { atMost }]) =>
    row(way, laps[way], rawSeconds, atMost),
  );
  table(HEAD, [[raw.title, median(rawSeconds).toFixed(2), '', '', '', '', ''], ...rows]);
  const [idle, peak] = [idleMegabytes.toFixed(0), peakMegabytes.toFixed(0)];
  console.log(`worker's resident memory: ${idle} MB at its start, ${peak} MB at its peak`);
  console.log(`load average after each round: ${loads.map((load) => load.toFixed(1)).join(' ')}`);
}

function row(
  way: string,
  laps: readonly Lap[] = [],
  rawSeconds: readonly number[],
  atMost: number | undefined,
): string[] {
  const seconds = secondsOf(laps);
  const { middle, least, most } = ratio(seconds, rawSeconds);
  return [
    way,
    median(seconds).toFixed(2),
    middle.toFixed(3),
    `${least.toFixed(2)} – ${most.toFixed(2)}`,
    atMost === undefined ? '' : `≤ ${atMost.toFixed(2)} ${middle <= atMost ? 'kept' : 'MISSED'}`,
    median(laps.map(({ runSeconds }) => runSeconds)).toFixed(2),
    median(laps.map(({ workerCpuSeconds }) => workerCpuSeconds)).toFixed(2),
  ];
}

function secondsOf(laps: readonly Lap[] = []): number[] {
  return laps.map(({ stepSeconds }) => stepSeconds);
}
