/*
 * CPU of `pawl --help` and of a completion over that of bare `node`: what is felt on every TAB.
 *
 *   npm run bench -- client
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { median, table } from './support/figures';

const CLI = join(__dirname, '..', 'dist', 'client', 'main.js');
const REPORT_CPU = join(__dirname, 'support', 'report-cpu.cjs');
const ROUNDS = 15;

const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  'node -e 0': ['-e', '0'],
  'pawl --help (promised: at most 100 ms over bare node)': [CLI, '--help'],
  'pawl complete -- ba (promised: at most 150 ms)': [CLI, 'complete', '--', 'ba'],
};

/** User and system time of one process, in milliseconds: the process tells it at its end. */
function cpuMilliseconds(argv: readonly string[]): number {
  const child = spawnSync(process.execPath, ['--require', REPORT_CPU, ...argv], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  if (child.error !== undefined) throw child.error;
  return Number(child.output[3]);
}

function main(): void {
  const figures = Object.entries(COMMANDS).map(([name, argv]) => {
    return [name, median(Array.from({ length: ROUNDS }, () => cpuMilliseconds(argv)))] as const;
  });
  const bare = figures[0]?.[1] ?? NaN;
  table(
    ['', 'CPU ms (median)', 'over bare node'],
    figures.map(([name, ms]) => [name, ms.toFixed(0), (ms - bare).toFixed(0)]),
  );
}

main();
