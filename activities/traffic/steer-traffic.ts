import { type Slot, type SwitchDeployment } from '../../workflows/model/deployment';
import {
  weightOf,
  type Shares,
  type SwitchCounters,
  type Traffic,
} from '../../workflows/model/traffic';
import type { InPlace } from '../../workflows/model/serving';
import { whoIsInPlace } from '../../workflows/release/seen-service';
import { AdapterError, isAway } from '../ports/adapter-error';
import { untilDone, untilSeen } from '../ports/until-seen';
import { keyOf } from './live-counters';
import { keepLogs } from '../containers/keep-log';
import { isRunning, isSwitch } from '../containers/service-container';
import type { Attempt } from '../ports/attempt';
import type { HostPorts, ReleasePorts } from '../ports/host-ports';
import type { ServiceContainer } from '../ports/service-containers';
import type { Site } from '../ports/site';
import { reviveSlots } from './revive-slots';
import { runStep, type StepInput } from '../frame/run-step';
import { furtherPorts, notUp, roomFor, trafficOf } from './slot-servers';

export interface SteerTrafficInput extends StepInput {
  readonly project: string;
  readonly deployment: SwitchDeployment;
  /** Servers that each slot has at least; more where one has more containers. */
  readonly replicas: number;
  readonly traffic: Shares;
  /** The release whose file has the switch. */
  readonly release: number;
  /** Whose file says what each slot is: one that should get requests and was removed by hand is made again. */
  readonly releases?: Readonly<Partial<Record<Slot, number>>>;
  /** How far from well the slots were that get requests again: then they are not waited for. */
  readonly asBefore?: 'not-ready' | 'not-running';
}

export interface Steered {
  readonly counters: SwitchCounters;
  /** Upper bound of the time without an answer, where the switch was made anew. */
  readonly gapSeconds?: number;
  /** What was in its place instead, where the switch was made or started. */
  readonly tookFrom?: InPlace;
}

/** DNS is asked each second, and the first check comes within half a second more. */
const SEEN_WITHIN_MILLISECONDS = 30_000;
const LOOKING = { everyMilliseconds: 50, withinMilliseconds: SEEN_WITHIN_MILLISECONDS };

/**
 * Brings a service's switch to these shares, making the switch first where there is none: while a run releases the service,
 * its name and ports are the switch's, whoever has taken them. Slots that get requests must be known to it by their present
 * addresses, and up, unless they were not before: until then, it is as it was. Where a share is of some containers only,
 * these are chosen anew each time: one that has another address after a restart is let in again by the next steering.
 * Shape:  { stack, project, deployment, traffic, release } → { counters, gapSeconds?, tookFrom? }
 * Units:  traffic = weights, of each server; together 100 where they are shares of the slots
 * Retry:  safe; the switch's file is what is wanted, whoever wrote it
 * Throws: VerificationFailed (a slot that should get requests is not up) · PreconditionFailed (the port is taken)
 */
export const steerTraffic =
  (ports: HostPorts) =>
  (input: SteerTrafficInput): Promise<Steered> =>
    runStep(ports, input, { phase: `steer ${input.deployment.service}` }, (attempt, site) =>
      steer(ports, site, input, attempt),
    );

/** As the activity. */
export async function steer(
  ports: HostPorts,
  site: Site,
  input: SteerTrafficInput,
  attempt: Attempt,
): Promise<Steered> {
  // Before the switch takes its place back: until they are ready, whoever has it goes on.
  const proves = input.asBefore === undefined;
  if (proves) await reviveSlots(ports.release, site, input, attempt);
  const begin = performance.now();
  const traffic = await chosen(ports.release, site, input, attempt);
  const replicas = await roomFor(ports.release.services, site, input);
  const tcp = await furtherPorts(ports.release.services, site, input);
  const steering = { ...input, shares: input.traffic, traffic, replicas, tcp };
  await keepPlainLogs(ports, site, input);
  const made = await makeSwitch(ports.release, site, steering, attempt);
  if (proves) await serveBoth(ports.release, site, steering, attempt);
  await write(ports.release, steering, traffic);
  await retryUntilUp(attempt, () => ports.release.switches.apply(keyOf(input), attempt));
  const counters = proves
    ? await allUp(ports.release, site, steering, attempt)
    : await ports.release.switches.counters(keyOf(input), attempt);
  if (made === undefined) return { counters };
  const gapSeconds = (performance.now() - begin) / 1000;
  return { counters, gapSeconds, ...(made === 'switch' ? {} : { tookFrom: made }) };
}

/** With its servers chosen. */
interface Steering extends Omit<SteerTrafficInput, 'traffic'> {
  readonly shares: Shares;
  readonly traffic: Traffic;
  /** Further ports of its containers. */
  readonly tcp: readonly number[];
}

async function write({ switches }: ReleasePorts, input: Steering, traffic: Traffic): Promise<void> {
  const { deployment, replicas, tcp } = input;
  const settings = {
    ...{ port: deployment.port, check: deployment.ready.http, replicas },
    ...(tcp.length === 0 ? {} : { tcp }),
  };
  await switches.write(keyOf(input), settings, traffic);
}

/** The switch takes the place of what plain Compose runs. */
async function keepPlainLogs(
  ports: HostPorts,
  site: Site,
  { project, deployment: { service } }: SteerTrafficInput,
): Promise<void> {
  const found = await ports.release.services.containers(site, project, service);
  const plain = found.filter((container) => !isSwitch(container));
  await keepLogs(ports, site, service, plain);
}

/**
 * What was in its place before, when it was not there, or not as the release has it: then it was interrupted, and begins
 * with the new shares. Undefined when it is left alone.
 */
async function makeSwitch(
  ports: ReleasePorts,
  site: Site,
  input: Steering,
  attempt: Attempt,
): Promise<InPlace | undefined> {
  const { stack, project, deployment } = input;
  const look = () => ports.services.containers(site, project, deployment.service);
  const found = await look();
  const before = switchAmong(found);
  // What it reads when it starts: nobody else steers now.
  if (before === undefined) await write(ports, input, input.traffic);
  const file = await ports.releases.file(stack.name, input.release);
  await ports.compose.up({ site, file, services: [deployment.service], attempt });
  return before === switchAmong(await look()) ? undefined : whoIsInPlace(stack.name, found);
}

function switchAmong(containers: readonly ServiceContainer[]): string | undefined {
  return containers.find((container) => isRunning(container) && isSwitch(container))?.id;
}

/** A slot about to get requests is let in with weight 0 first: only when it is up, requests are sent there. */
async function serveBoth(
  ports: ReleasePorts,
  site: Site,
  input: Steering,
  attempt: Attempt,
): Promise<void> {
  const key = keyOf(input);
  const now = await ports.switches.desired(key);
  if (now === undefined) return;
  const prepared = (slot: Slot) => {
    const comes = weightOf(input.traffic[slot]) > 0 && weightOf(now.traffic[slot]) === 0;
    return comes ? { weight: 0 } : now.traffic[slot];
  };
  await write(ports, input, { blue: prepared('blue'), green: prepared('green') });
  await retryUntilUp(attempt, () => ports.switches.apply(key, attempt));
  await allUp(ports, site, input, attempt);
}

/** HAProxy has just been started and does not listen on its socket yet. */
async function retryUntilUp(attempt: Attempt, work: () => Promise<void>): Promise<void> {
  await untilDone(work, isAway, { ...LOOKING, signal: attempt.signal });
}

/** The traffic with the addresses of those containers that are to get requests, once so many run. */
function chosen(
  ports: ReleasePorts,
  site: Site,
  input: SteerTrafficInput,
  attempt: Attempt,
): Promise<Traffic> {
  const wanted = { ...input, shares: input.traffic };
  return seen(input, attempt, () => trafficOf(ports.services, site, wanted));
}

/** Every slot that should get requests: its servers up, at the addresses that its containers have now. */
function allUp(
  ports: ReleasePorts,
  site: Site,
  input: Steering,
  attempt: Attempt,
): Promise<SwitchCounters> {
  return seen(input, attempt, async () => {
    const counters = await ports.switches.counters(keyOf(input), attempt);
    return (await notUp(ports.services, site, input, input.traffic, counters)) ?? counters;
  });
}

/** Looks until there is an answer; a text says what is missing still. */
async function seen<Answer extends object>(
  input: Pick<SteerTrafficInput, 'deployment'>,
  attempt: Attempt,
  look: () => Promise<Answer | string>,
): Promise<Answer> {
  const isAnswer = (answer: Answer | string) => typeof answer !== 'string';
  const answer = await untilSeen(look, isAnswer, { ...LOOKING, signal: attempt.signal });
  if (typeof answer === 'string') throw neverUp(input, answer);
  return answer;
}

function neverUp(
  { deployment: { service, ready } }: Pick<SteerTrafficInput, 'deployment'>,
  why: string,
): AdapterError {
  return new AdapterError(
    'VerificationFailed',
    `the switch of ${service} does not see it up after ${SEEN_WITHIN_MILLISECONDS / 1000} s: ${why}`,
    { advice: `The switch asks ${ready.http} each half second; does it answer that fast?` },
  );
}
