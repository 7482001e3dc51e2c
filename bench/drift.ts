/*
 * What a command of Compose that somebody types beside pawl costs: each command at each moment, under load, on a real Docker
 * engine. Prints the table of docs/beside-compose.md.
 *
 *   npm run bench -- drift                                 all of it, in about 25 minutes
 *   npm run bench -- drift --moment judge --command "up -d"
 */
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { ReleasedStack, type ReleasedStackOptions } from '../test/runbooks/support/released-stack';
import { removeContainersOfRun, sweepDeadRuns } from '../test/support/containers-of-run';
import { docker, TEST_IMAGES } from '../test/support/docker';
import { prepareMachine } from '../test/support/environment';
import { startLoad } from '../test/support/load';
import { startPawl } from '../test/support/pawl-environment';
import { RUN_VARIABLE, runName } from '../test/support/run-labels';
import type { Serving } from '../workflows/model/serving';

const RUN = runName(process.pid);
const CONNECTIONS = 8;
const RUN_OTHER = ['run', '--rm', '-T', 'other', 'true'];

const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  'up -d': ['up', '-d'],
  'up -d other': ['up', '-d', 'other'],
  'run other': RUN_OTHER,
  'up -d --remove-orphans': ['up', '-d', '--remove-orphans'],
  restart: ['restart', 'api'],
  'stop api': ['stop', 'api'],
  'rm -sf api': ['rm', '-sf', 'api'],
  down: ['down'],
  'down --remove-orphans': ['down', '--remove-orphans'],
};

const OTHER = {
  other: {
    ...{ image: TEST_IMAGES.app1, init: true, command: ['sleep', '3600'], depends_on: ['api'] },
    stop_grace_period: '1s',
  },
};
const QUICK = { keepOld: '1s', drainSeconds: 2 };

function optionsOf(version: '1' | '2', moment?: Moment): ReleasedStackOptions {
  const canary = { steps: ['50%'], pauseSeconds: 30, minRequests: 10 };
  const gate = { run: { service: 'api', command: ['sleep', '15'], timeout: '60s' } };
  return {
    service: { image: version === '1' ? TEST_IMAGES.app1 : TEST_IMAGES.app2 },
    services: OTHER,
    api: { ...QUICK, ...(moment === 'judge' ? { canary } : {}) },
    ...(moment === 'gate-after' ? { file: { gates: { after: [gate] } } } : {}),
  };
}

/** `between`: after a deploy, and before the next one, which is then taken. */
const MOMENTS = ['judge', 'gate-after', 'between'] as const;
type Moment = (typeof MOMENTS)[number];
const STEPS = { judge: 'judge:api/50', 'gate-after': 'gate-after:1' } as const;

interface Row {
  readonly command: string;
  readonly moment: Moment;
  readonly exit: number | null;
  readonly serves: string;
  readonly failed: string;
  readonly status: string;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      command: { type: 'string', multiple: true, default: Object.keys(COMMANDS) },
      moment: { type: 'string', multiple: true, default: [...MOMENTS] },
    },
  });
  process.env[RUN_VARIABLE] = RUN;
  await sweepDeadRuns(docker);
  await requireMachine();
  const pawl = await startPawl();
  const stack = await ReleasedStack.create(pawl, optionsOf('1'));
  try {
    console.log('| typed | when | run | serves in the end | requests failed | `status` said |');
    console.log('| --- | --- | --- | --- | --- | --- |');
    for (const moment of MOMENTS.filter((one) => values.moment.includes(one))) {
      for (const command of values.command) tell(await meet(stack, command, moment));
    }
  } finally {
    await stack.remove();
    await pawl.stop();
    await removeContainersOfRun(docker, RUN);
  }
}

/** Workers of a test have a home of their own, where no program is cached: they are told where each is. */
async function requireMachine(): Promise<void> {
  const { docker: engine, temporal, compose, restic } = await prepareMachine();
  const lacks = [engine, temporal, compose, restic].filter((reason) => reason !== undefined);
  if (lacks.length > 0) throw new Error(lacks.join('; '));
}

async function meet(stack: ReleasedStack, command: string, moment: Moment): Promise<Row> {
  await stack.describe(optionsOf('1'));
  await stack.mustDeploy();
  await stack.compose('up', '-d', '--no-deps', 'other');
  await stack.describe(optionsOf('2', moment));
  const load = await startLoad({ url: stack.url, connections: CONNECTIONS });
  const met =
    moment === 'between' ? await between(stack, command) : await during(stack, command, moment);
  const { total } = await load.stop();
  const serves = (await stack.versions()).join(' and ');
  const end = await statusOf(stack);
  return {
    ...{ command, moment, exit: met.exit, serves: `version ${serves}` },
    failed: `${total.failed} of ${total.sent}`,
    status: end === 'as it should be' ? met.status : `${met.status}; in the end: ${end}`,
  };
}

interface Met {
  readonly exit: number | null;
  readonly status: string;
}

async function during(
  stack: ReleasedStack,
  command: string,
  moment: Exclude<Moment, 'between'>,
): Promise<Met> {
  const run = await stack.stack.submit('deploy', '-y', '--force');
  await stack.stack.step(run, STEPS[moment], ({ state }) => state === 'running');
  const typed = type(stack, command);
  const status = await statusAfter(stack, typed);
  const { code } = await stack.stack.watch(run);
  return { exit: code, status };
}

/** The old image is what the Compose file says again, as it would be for whoever types the command. */
async function between(stack: ReleasedStack, command: string): Promise<Met> {
  const status = await statusAfter(stack, type(stack, command));
  await sleep(2_000);
  const { code } = await stack.deploy();
  return { exit: code, status };
}

/** What Compose complains of is its own affair, such as a network that a slot still uses. */
async function type(stack: ReleasedStack, command: string): Promise<void> {
  try {
    await stack.compose(...(COMMANDS[command] ?? []));
  } catch (error) {
    process.stderr.write(`${command}: ${String(error).trim().split('\n').at(-1) ?? ''}\n`);
  }
}

async function statusAfter(stack: ReleasedStack, typed: Promise<void>): Promise<string> {
  await typed;
  return statusOf(stack);
}

async function statusOf(stack: ReleasedStack): Promise<string> {
  const { stdout } = await stack.stack.cli('status', '--json');
  const { releases } = JSON.parse(stdout) as { readonly releases?: { serving?: Serving } };
  const serving = releases?.serving;
  if (serving === undefined) return 'not known';
  const kinds = serving.services.flatMap(({ drifts }) => drifts.map(({ kind }) => kind));
  return kinds.length === 0 ? 'as it should be' : kinds.join(', ');
}

function tell({ command, moment, exit, serves, failed, status }: Row): void {
  const columns = [`\`${command}\``, moment, `exit ${String(exit)}`, serves, failed, status];
  console.log(`| ${columns.join(' | ')} |`);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
