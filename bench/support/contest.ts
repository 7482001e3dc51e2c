import { access, rm, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { PawlOnThisHost } from '../../examples/demo/pawl-on-this-host';
import { cpuSeconds, peakMemoryMegabytes } from './process-figures';
import { initialised } from './pipeline';
import { secondsOfCommand } from './seconds-of-command';
import { untilEnded } from './until-ended';
import { timesOf, type Times } from './times-of-run';

export interface Way {
  /** Of the stack file, in one line. */
  readonly entry: string;
  /** The ratio to the raw way that is promised. */
  readonly atMost?: number;
  /** The command from its start to its end is measured, not the step that dumps. */
  readonly whole?: true;
}

/** One thing that is backed up in several ways, in turns. */
export interface Contest {
  readonly title: string;
  readonly bytes: number;
  /** All rounds of pawl go into one repository, as those of a real stack do. Fresh ones otherwise. */
  readonly oneRepository?: true;
  /** Each way once ahead of all rounds, which does not count. */
  readonly warmUp?: true;
  /** Ahead of each turn. */
  readonly before?: () => void;
  /** What an operator would type. Starts with an empty repository in that folder and returns the seconds it takes. */
  readonly raw: { readonly title: string; seconds(repository: string): Promise<number> };
  /** pawl's ways, by title. */
  readonly ways: Readonly<Record<string, Way>>;
  readonly secrets: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** One way in one round; `stepSeconds` is what is compared. The raw way has no run around it, and no worker. */
export interface Lap extends Times {
  readonly workerCpuSeconds: number;
}

export interface Outcome {
  readonly laps: Readonly<Record<string, readonly Lap[]>>;
  readonly idleMegabytes: number;
  readonly peakMegabytes: number;
  readonly loads: readonly number[];
}

export const PASSWORD = 'bench-repository-password';
const PART = 'thing';

/** All ways in turns, each into a fresh repository; a worker of its own, so that its peak is this contest's. */
export async function hold(contest: Contest, folder: string, rounds: number): Promise<Outcome> {
  const ways = [contest.raw.title, ...Object.keys(contest.ways)];
  const secrets = { ...contest.secrets, BENCH_REPOSITORY_PASSWORD: PASSWORD };
  const pawl = await PawlOnThisHost.start(folder, secrets);
  try {
    const worker = await pawl.pidOf('worker');
    const idleMegabytes = await peakMemoryMegabytes(worker);
    const laps = Object.fromEntries(ways.map((way): [string, Lap[]] => [way, []]));
    const loads: number[] = [];
    for (let round = contest.warmUp === true ? -1 : 0; round < rounds; round += 1) {
      for (const way of rotated(ways, round + 1)) {
        contest.before?.();
        const lap = await goRound(contest, way, folder, pawl, worker);
        if (round >= 0) laps[way]?.push(lap);
        console.error(
          `${contest.title}, round ${round + 1}: ${way} ${lap.stepSeconds.toFixed(2)} s`,
        );
      }
      loads.push(loadavg()[0] ?? NaN);
    }
    return { laps, idleMegabytes, peakMegabytes: await peakMemoryMegabytes(worker), loads };
  } finally {
    await pawl.stop();
  }
}

async function goRound(
  contest: Contest,
  way: string,
  folder: string,
  pawl: PawlOnThisHost,
  worker: number,
): Promise<Lap> {
  const ours = contest.ways[way];
  if (ours === undefined) {
    const repository = join(folder, 'raw-repository');
    await rm(repository, { recursive: true, force: true });
    const seconds = await contest.raw.seconds(repository);
    return { stepSeconds: seconds, runSeconds: seconds, workerCpuSeconds: 0 };
  }
  const repository = join(folder, 'repository');
  if (contest.oneRepository !== true) await rm(repository, { recursive: true, force: true });
  // Its key costs a second or two, in the raw way as here, and is not what is compared.
  if (!(await isThere(repository))) await initialised(repository);
  await writeFile(join(folder, 'pawl.yaml'), stackFile(ours.entry));
  const before = await cpuSeconds(worker);
  const times = ours.whole === true ? await timesOfCommand(pawl) : await timesOfStep(pawl);
  return { ...times, workerCpuSeconds: (await cpuSeconds(worker)) - before };
}

async function timesOfStep(pawl: PawlOnThisHost): Promise<Times> {
  const run = await pawl.submit('backup');
  await untilEnded(pawl, run);
  return timesOf(pawl, run, `back-up:${PART}`);
}

async function timesOfCommand(pawl: PawlOnThisHost): Promise<Times> {
  const { run, seconds } = await secondsOfCommand(pawl, 'backup');
  return { ...(await timesOf(pawl, run, `back-up:${PART}`)), stepSeconds: seconds };
}

function isThere(folder: string): Promise<boolean> {
  return access(folder).then(
    () => true,
    () => false,
  );
}

/** Nobody always goes first. */
function rotated<Item>(items: readonly Item[], by: number): Item[] {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

function stackFile(entry: string): string {
  return `stack: bench
repository: {url: ./repository, password: {env: BENCH_REPOSITORY_PASSWORD}}
protect:
  ${PART}: {${entry}}
`;
}
