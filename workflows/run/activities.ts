import {
  ActivityCancellationType,
  proxyActivities,
  type ActivityInterfaceFor,
} from '@temporalio/workflow';
import type { HostActivities, RunActivities } from '../../activities';
import { hostNowQueue, WORKFLOW_TASK_QUEUE, type StackDescription } from '../model/stack';
import { describedOnce } from './described-once';
import { limitSeconds, queueFor, STEP_KINDS, type StepKind } from '../model/step-kinds';

/**
 * A cancelled step is waited for: its programs are gone when the run goes on to undo, record and end. Said in so many
 * words, since what SDK 1.24.0 documents as the default is not what it sends (nothing, which is TRY_CANCEL).
 */
const CANCELLATION = {
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
} as const;

/**
 * The steps on a stack's host, each with the limits of its kind. They wait as long as the run may last for a worker there to
 * come (back).
 */
export function hostActivities(stack: StackDescription): ActivityInterfaceFor<HostActivities> {
  const { deadlineSeconds, heartbeatSeconds } = stack.limits;
  const proxyFor = (kind: StepKind) => {
    const seconds = limitSeconds(kind, stack);
    return proxyActivities<HostActivities>({
      ...CANCELLATION,
      taskQueue: queueFor(kind, stack.host),
      scheduleToCloseTimeout: deadlineSeconds * 1000,
      heartbeatTimeout: heartbeatSeconds * 1000,
      ...(seconds === undefined ? {} : { startToCloseTimeout: seconds * 1000 }),
      retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
    });
  };
  const proxies = {
    look: proxyFor('look'),
    search: proxyFor('search'),
    change: proxyFor('change'),
    move: proxyFor('move'),
    copy: proxyFor('copy'),
  };
  const names = Object.keys(STEP_KINDS) as (keyof HostActivities)[];
  const steps = names.map((name) => [name, proxies[STEP_KINDS[name]][name]]);
  const all = Object.fromEntries(steps) as ActivityInterfaceFor<HostActivities>;
  return describedOnce(stack, all, all.keepDescription);
}

/** Questions that are answered at once or not at all. */
export function quickActivities(
  stack: StackDescription,
): ActivityInterfaceFor<Pick<HostActivities, 'observeServing'>> {
  return proxyActivities<Pick<HostActivities, 'observeServing'>>({
    ...CANCELLATION,
    taskQueue: hostNowQueue(stack.host),
    scheduleToCloseTimeout: '8 seconds',
    retry: { initialInterval: '1 second', maximumAttempts: 2 },
  });
}

/** What a restore kept and a release keeps warm goes in the end, however long its host is away: nothing limits the tries but a failure for good. */
export function keeperActivities(
  stack: StackDescription,
): ActivityInterfaceFor<Pick<HostActivities, 'discardKept' | 'coolSlot'>> {
  const keeperOf = <Name extends 'discardKept' | 'coolSlot' | 'keepDescription'>(name: Name) =>
    proxyActivities<Pick<HostActivities, Name>>({
      ...CANCELLATION,
      taskQueue: queueFor(STEP_KINDS[name], stack.host),
      startToCloseTimeout: '1 day',
      heartbeatTimeout: stack.limits.heartbeatSeconds * 1000,
      retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
    })[name];
  const keepers = { discardKept: keeperOf('discardKept'), coolSlot: keeperOf('coolSlot') };
  return describedOnce(stack, keepers, keeperOf('keepDescription'));
}

/** The highest recorded run of a stack and its freeze, asked of its host alone: the stack workflow has no description. */
export function auditActivities(
  host: string,
): ActivityInterfaceFor<Pick<HostActivities, 'highestRecordedRun' | 'recordedFreeze'>> {
  return proxyActivities<Pick<HostActivities, 'highestRecordedRun' | 'recordedFreeze'>>({
    ...CANCELLATION,
    taskQueue: hostNowQueue(host),
    // It reads one small file. A worker's death shows no sooner, and a client that submits waits 30 s for it.
    startToCloseTimeout: '10 seconds',
    retry: { initialInterval: '1 second', maximumInterval: '10 seconds' },
  });
}

/** What the host keeps of a stack's freeze. A person waits for it, and may try again. */
export function freezeActivities(
  host: string,
): ActivityInterfaceFor<Pick<HostActivities, 'recordFreeze'>> {
  return proxyActivities<Pick<HostActivities, 'recordFreeze'>>({
    ...CANCELLATION,
    taskQueue: hostNowQueue(host),
    startToCloseTimeout: '10 seconds',
    scheduleToCloseTimeout: '20 seconds',
    retry: { initialInterval: '1 second', maximumInterval: '10 seconds' },
  });
}

/** What is looked at again later anyway: a host that is away is not waited for. */
export function watchActivities(
  stack: StackDescription,
): ActivityInterfaceFor<Pick<HostActivities, 'observeFreshness'>> {
  const watcherOf = <Name extends 'observeFreshness' | 'keepDescription'>(name: Name) =>
    proxyActivities<Pick<HostActivities, Name>>({
      ...CANCELLATION,
      taskQueue: queueFor(STEP_KINDS[name], stack.host),
      scheduleToCloseTimeout: '40 minutes',
      startToCloseTimeout: '30 minutes',
      heartbeatTimeout: stack.limits.heartbeatSeconds * 1000,
      retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
    })[name];
  const watchers = { observeFreshness: watcherOf('observeFreshness') };
  return describedOnce(stack, watchers, watcherOf('keepDescription'));
}

/** Whoever is told may be away for hours: a day, with longer and longer waits. */
export function noticeActivities(
  host: string,
): ActivityInterfaceFor<Pick<HostActivities, 'sendNotice'>> {
  return proxyActivities<Pick<HostActivities, 'sendNotice'>>({
    ...CANCELLATION,
    taskQueue: hostNowQueue(host),
    // It gives up by itself after 30 s: this is for a worker that died.
    startToCloseTimeout: '45 seconds',
    scheduleToCloseTimeout: '1 day',
    retry: { initialInterval: '5 seconds', backoffCoefficient: 2, maximumInterval: '15 minutes' },
  });
}

/** Once, and not for long: a person waits for what the channel answers, or it is only worth telling at once. */
export function trialActivities(
  host: string,
): ActivityInterfaceFor<Pick<HostActivities, 'sendNotice'>> {
  return proxyActivities<Pick<HostActivities, 'sendNotice'>>({
    ...CANCELLATION,
    taskQueue: hostNowQueue(host),
    scheduleToCloseTimeout: '2 minutes',
    retry: { maximumAttempts: 1 },
  });
}

/** What must be done before a run is ended by force, by a person who waits; or not at all. */
export function forcedActivities(
  stack: StackDescription,
): ActivityInterfaceFor<Pick<HostActivities, 'settleTraffic' | 'recordRun'>> {
  return proxyActivities<Pick<HostActivities, 'settleTraffic' | 'recordRun'>>({
    ...CANCELLATION,
    taskQueue: hostNowQueue(stack.host),
    scheduleToCloseTimeout: '3 minutes',
    heartbeatTimeout: stack.limits.heartbeatSeconds * 1000,
    retry: { initialInterval: '1 second', maximumInterval: '10 seconds' },
  });
}

/** What a scheduled start asks of its host: however long that is away, the start is not lost. */
export function stackFileActivities(
  host: string,
): ActivityInterfaceFor<Pick<HostActivities, 'readStackFile' | 'keepStackFile'>> {
  return proxyActivities<Pick<HostActivities, 'readStackFile' | 'keepStackFile'>>({
    ...CANCELLATION,
    taskQueue: hostNowQueue(host),
    startToCloseTimeout: '10 seconds',
    retry: { initialInterval: '1 second', maximumInterval: '10 seconds' },
  });
}

/** Schedules in Temporal itself, and a scheduled run's way to its stack. */
export function scheduleActivities(): ActivityInterfaceFor<
  Pick<RunActivities, 'applySchedules' | 'submitScheduled'>
> {
  return proxyActivities<Pick<RunActivities, 'applySchedules' | 'submitScheduled'>>({
    ...CANCELLATION,
    taskQueue: WORKFLOW_TASK_QUEUE,
    startToCloseTimeout: '1 minute',
    heartbeatTimeout: '10 seconds',
    retry: { initialInterval: '1 second', maximumInterval: '10 seconds' },
  });
}

/** Questions to Temporal itself, and the end of a run there. */
export function runActivities(): ActivityInterfaceFor<RunActivities> {
  return proxyActivities<RunActivities>({
    ...CANCELLATION,
    taskQueue: WORKFLOW_TASK_QUEUE,
    startToCloseTimeout: '30 days',
    heartbeatTimeout: '10 seconds',
    retry: { initialInterval: '1 second', maximumInterval: '10 seconds' },
  });
}
