import { setTimeout as sleep } from 'node:timers/promises';
import type { ReadyCheck } from '../../workflows/model/deployment';
import { AdapterError } from '../ports/adapter-error';
import { isRunning } from './service-container';
import type { Attempt } from '../ports/attempt';
import type { Scale } from '../ports/compose';
import type { ReleasePorts } from '../ports/host-ports';
import type { ServiceContainer } from '../ports/service-containers';
import type { Site } from '../ports/site';
import { probeContainer } from './probe-container';
import { readyWithin } from './ready-within';

/** What is waited for. */
export interface Starting {
  readonly project: string;
  /** The release whose file says what it is. */
  readonly release: number;
  /** As the file names it: `worker`, or `api-green`. */
  readonly service: string;
  /** Present: it is brought to so many containers, whatever the file says of their number. */
  readonly scale?: Scale;
  readonly port?: number;
  readonly ready?: ReadyCheck;
  /** Longest wait, where there is no `ready` that says one. Absent: as long as its own health check may need. */
  readonly timeoutSeconds?: number;
  /** Services that lose what they share with it when its container is replaced: they are recreated with it. */
  readonly followers?: readonly string[];
  /** For an undo: how far from well it was before. That is enough again. */
  readonly asBefore?: 'not-ready' | 'not-running';
}

/** Without a health check and a `ready`, a container that has run for so long without a restart counts as started. */
const STEADY_MILLISECONDS = 3_000;
/** Most applications are there at once; of one that takes its time, a look costs the engine some milliseconds each time. */
const LOOK_MILLISECONDS = 100;
const LATER_LOOK_MILLISECONDS = 250;
const LATER_AFTER_MILLISECONDS = 2_000;
const LAST_LINES = 15;

/**
 * Waits until it is ready. `onStart`: when a container is first seen to run, and after each later start of it.
 * Throws: VerificationFailed (it is not ready in time, or was removed by hand meanwhile)
 */
export async function becomeReady(
  ports: ReleasePorts,
  site: Site,
  input: Starting,
  attempt: Attempt,
  onStart?: () => Promise<void>,
): Promise<number> {
  const begin = performance.now();
  const answers = new Map<string, number>();
  const started = new Set<string>();
  let made = 0;
  for (;;) {
    attempt.signal.throwIfAborted();
    const containers = await ports.services.containers(site, input.project, input.service);
    made = Math.max(made, containers.length);
    for (const container of containers.filter(isRunning)) {
      if (started.has(lifeOf(container))) continue;
      started.add(lifeOf(container));
      await onStart?.();
    }
    const waitingFor =
      containers.length < made
        ? `${made - containers.length} of ${made} containers were removed by hand`
        : ((await notYet(ports, input, containers, answers, attempt)) ??
          (await followersNotYet(ports, site, input)));
    if (waitingFor === undefined) return containers.length;
    const seconds = readyWithin(input, containers);
    if (performance.now() > begin + seconds * 1000) {
      throw await neverReady(ports, input, containers, `${waitingFor} after ${seconds} s`);
    }
    const isLate = performance.now() > begin + LATER_AFTER_MILLISECONDS;
    const pause = isLate ? LATER_LOOK_MILLISECONDS : LOOK_MILLISECONDS;
    await sleep(pause, undefined, { signal: attempt.signal });
  }
}

/** They run again; how well, nobody has asked for. */
async function followersNotYet(
  { services }: ReleasePorts,
  site: Site,
  { project, followers = [], asBefore }: Pick<Starting, 'project' | 'followers' | 'asBefore'>,
): Promise<string | undefined> {
  if (asBefore === 'not-running') return undefined;
  for (const follower of followers) {
    const containers = await services.containers(site, project, follower);
    const stopped = containers.find((container) => !isRunning(container));
    if (stopped !== undefined) return `${stopped.name}, which shares with it, is ${stopped.state}`;
  }
  return undefined;
}

/** What is still waited for; undefined when all is ready. */
async function notYet(
  ports: ReleasePorts,
  { scale, port, ready, asBefore }: Pick<Starting, 'scale' | 'port' | 'ready' | 'asBefore'>,
  containers: readonly ServiceContainer[],
  answers: Map<string, number>,
  attempt: Attempt,
): Promise<string | undefined> {
  if (asBefore === 'not-running') return undefined;
  const running = containers.filter(isRunning);
  // As many as Compose has made by the release's file, which may say another number than the stack has now.
  const wanted = scale?.containers ?? containers.length;
  if (running.length < wanted) return `${running.length} of ${wanted} containers run`;
  if (asBefore === 'not-ready') return undefined;
  const sick = running.find(({ health }) => health !== undefined && health !== 'healthy');
  if (sick !== undefined) return `${sick.name} is ${sick.health ?? ''}`;
  if (ready === undefined || port === undefined) return notSteady(running);
  for (const container of running) {
    const reason = await probe(ports, container, { port, ready }, answers, attempt);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function notSteady(running: readonly ServiceContainer[]): string | undefined {
  const young = running.find(
    ({ health, startedAt }) =>
      health === undefined && Date.now() - Date.parse(startedAt) < STEADY_MILLISECONDS,
  );
  return young && `${young.name} has not run for ${STEADY_MILLISECONDS / 1000} s without a restart`;
}

/** One look at one container; counts its good answers in a row. */
async function probe(
  ports: ReleasePorts,
  container: ServiceContainer,
  { port, ready }: { readonly port: number; readonly ready: ReadyCheck },
  answers: Map<string, number>,
  attempt: Attempt,
): Promise<string | undefined> {
  const life = lifeOf(container);
  const { name, addresses } = container;
  const [address] = addresses;
  if (address === undefined) return `${name} has no address`;
  const { good, what } = await probeContainer(ports, address, { port, ready }, attempt);
  if (!good) {
    answers.set(life, 0);
    return `${ready.http} of ${name} gave ${what}`;
  }
  const inARow = (answers.get(life) ?? 0) + 1;
  answers.set(life, inARow);
  if (inARow >= ready.consecutive) return undefined;
  return `${ready.http} of ${name} answered ${inARow} times in a row, not ${ready.consecutive}`;
}

function lifeOf({ id, startedAt }: ServiceContainer): string {
  return `${id} ${startedAt}`;
}

async function neverReady(
  ports: ReleasePorts,
  { service, release }: Pick<Starting, 'service' | 'release'>,
  containers: readonly ServiceContainer[],
  why: string,
): Promise<AdapterError> {
  const [last] = containers;
  const lines = last === undefined ? '' : await ports.services.lastLines(last.id, LAST_LINES);
  const ended =
    last === undefined || last.state === 'running' ? '' : ` (exit code ${last.exitCode})`;
  return new AdapterError(
    'VerificationFailed',
    `${service} of release ${release} did not become ready: ${why}${ended}`,
    {
      ...(lines === '' ? {} : { stderrTail: lines }),
      advice:
        lines === ''
          ? 'Its container wrote nothing; `deploy.SERVICE.ready` in the stack file sets what is required of it.'
          : 'See the last lines of its container; `deploy.SERVICE.ready` in the stack file sets what is required of it.',
    },
  );
}
