/*
 * What a release costs the users of a service: the same application released again and again under the same load, by
 * pawl and by what else people use on one Docker host. Nothing is tried again by the load.
 *
 *   npm run bench -- deploy                                      pawl: 30 releases, 10 rollbacks, in about 25 minutes
 *   npm run bench -- deploy --contender all --deploys 5          each way, one after another
 *   npm run bench -- deploy --no-held                            without a WebSocket and a stream of 30 s held across
 *   npm run bench -- deploy --smoke                              whether it works at all
 */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { ensureImages } from '../test/images/build-images';
import { removeContainersOfRun, sweepDeadRuns } from '../test/support/containers-of-run';
import { docker } from '../test/support/docker';
import { RUN_VARIABLE, runName } from '../test/support/run-labels';
import type { Contender } from './deploy/contender';
import { CONTENDERS } from './deploy/contenders';
import { race, type RaceOptions, type Result } from './deploy/race';
import { tableOf } from './deploy/results';

const SMOKE: RaceOptions = { releases: 2, rollbacks: 1, connections: 8, held: [] };
const RUN = runName(process.pid);

async function main(): Promise<void> {
  const { names, options } = readArguments();
  process.env[RUN_VARIABLE] = RUN;
  await sweepDeadRuns(docker);
  await ensureImages(docker);
  const results: Result[] = [];
  for (const name of names) results.push(await hold(name, options));
  tableOf(results);
}

function readArguments(): { names: readonly string[]; options: RaceOptions } {
  const { values } = parseArgs({
    allowNegative: true,
    options: {
      deploys: { type: 'string', default: '30' },
      rollbacks: { type: 'string', default: '10' },
      connections: { type: 'string', default: '32' },
      contender: { type: 'string', multiple: true, default: ['pawl'] },
      held: { type: 'boolean', default: true },
      smoke: { type: 'boolean', default: false },
    },
  });
  const all = Object.keys(CONTENDERS);
  const names = values.contender.flatMap((name) => (name === 'all' ? all : [name]));
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new Error(`no contender ${unknown.join(', ')}: ${all.join(', ')}`);
  if (values.smoke) return { names, options: SMOKE };
  const options: RaceOptions = {
    releases: Number(values.deploys),
    rollbacks: Number(values.rollbacks),
    connections: Number(values.connections),
    held: values.held ? ['websocket', 'stream'] : [],
  };
  return { names, options };
}

async function hold(name: string, options: RaceOptions): Promise<Result> {
  const open = CONTENDERS[name];
  if (open === undefined) throw new Error(`no contender ${name}`);
  const opening = open();
  try {
    return await orInterrupted(raceOf(opening, options));
  } finally {
    await clear(opening);
  }
}

async function raceOf(opening: Promise<Contender>, options: RaceOptions): Promise<Result> {
  const contender = await opening;
  console.log(`${contender.title}, at ${contender.url}`);
  const result = await race(contender, options);
  console.log(`  load average of ${cpus().length} cores: ${loadavg()[0]?.toFixed(1) ?? ''}`);
  return result;
}

/** Whatever an interrupted release goes on to make is removed by its labels, here or by the next run. */
async function clear(opening: Promise<Contender>): Promise<void> {
  const contender = await opening.catch(() => undefined);
  await contender?.remove().catch((error: unknown) => {
    console.error(error);
  });
  await removeContainersOfRun(docker, RUN);
}

/** Ctrl-C ends the race, and what was made is removed as after any other failure. */
async function orInterrupted<Value>(work: Promise<Value>): Promise<Value> {
  const listening = new AbortController();
  const interrupted = new Promise<never>((_resolve, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const stop = (): void => {
        reject(new Error(`ended by ${signal}`));
      };
      process.once(signal, stop);
      listening.signal.addEventListener('abort', () => process.removeListener(signal, stop));
    }
  });
  try {
    return await Promise.race([work, interrupted]);
  } finally {
    listening.abort();
  }
}

// Should nothing be left to wait for while it is not over, that is a failure.
process.exitCode = 1;
main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    // Not only its exit code: after Ctrl-C a release may still be under way.
    process.exit(1);
  },
);
