import { ServiceError, WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  NamespaceNotFoundError,
  RetryState,
  TerminatedFailure,
} from '@temporalio/common';
import { msToTs } from '@temporalio/common/lib/time';
import type { ClientError } from '../../../client/client-error';
import { asClientError, isAway, isNotFound } from '../../../client/temporal/errors';
import { HistoryLog } from '../../../client/temporal/history-log';
import { pendingSteps } from '../../../client/temporal/pending-steps';
import { readFailure } from '../../../client/temporal/read-failure';
import { uiAddress, workflowLink } from '../../../workflows/model/ui-links';
import { RateMeter } from '../../../client/follow/rate-meter';
import { mergeSteps } from '../../../client/follow/run-view';
import { step } from './views';

const SERVER = { address: '127.0.0.1:7233', namespace: 'default' };

function grpcError(code: number, details = 'x'): Error {
  return Object.assign(new Error('x'), { code, details, metadata: {} });
}

describe('errors of Temporal', () => {
  it.each([4, 14])('with gRPC code %i name the command that starts a server, exit 6', (code) => {
    const error = asClientError(new ServiceError('x', { cause: grpcError(code) }), SERVER);
    expect(error).toMatchObject({ exitCode: 6, reason: 'server-away' });
    expect((error as ClientError).advice).toContain('pawl server');
    expect(isAway(error)).toBe(true);
  });

  it.each([
    ['localhost:7233', '`pawl server`,'],
    ['127.0.0.1:17233', '`pawl server --port 17233`,'],
    ['temporal.internal:7233', 'Is it up'],
  ])('at %s advise what brings a server up there', (address, advice) => {
    const error = asClientError(new ServiceError('x', { cause: grpcError(14) }), {
      ...SERVER,
      address,
    });
    expect((error as ClientError).advice).toContain(advice);
  });

  it('of one that is there but says nothing do not say that there is none', () => {
    const error = new Error('Failed to connect before the deadline');
    expect(asClientError(error, { ...SERVER, isThere: true })).toMatchObject({
      ...{ exitCode: 6, reason: 'server-away' },
      message: 'What listens at 127.0.0.1:7233 does not answer in time.',
    });
  });

  it('of a channel that never came up count as an absent server', () => {
    const error = new Error('Failed to connect before the deadline');
    expect(asClientError(error, SERVER)).toMatchObject({ exitCode: 6 });
  });

  it('for a missing namespace say which, exit 6', () => {
    const error = asClientError(new NamespaceNotFoundError('default'), SERVER);
    expect(error).toMatchObject({ exitCode: 6, reason: 'namespace-missing' });
  });

  it('tell a missing namespace from a missing run, in words of the raw service too', () => {
    const namespace = grpcError(5, 'Namespace nope is not found.');
    expect(asClientError(namespace, SERVER)).toMatchObject({ reason: 'namespace-missing' });
    expect(isNotFound(namespace)).toBe(false);
    expect(isNotFound(grpcError(5, 'workflow not found for ID: melvin/99'))).toBe(true);
  });

  it('for rejected credentials exit with 7', () => {
    const error = asClientError(new ServiceError('x', { cause: grpcError(16) }), SERVER);
    expect(error).toMatchObject({ exitCode: 7 });
  });

  it('carry the words of a workflow that refused', () => {
    const evidence = { advice: 'pawl unfreeze admits runs again.' };
    const cause = ApplicationFailure.nonRetryable('melvin is frozen', 'ResourceBusy', evidence);
    const error = asClientError(new WorkflowUpdateFailedError('x', cause), SERVER);
    const told = { exitCode: 4, message: 'melvin is frozen', ...evidence };
    expect(error).toMatchObject(told);
  });

  it('that are not understood stay what they are', () => {
    const error = new TypeError('x is not a function');
    expect(asClientError(error, SERVER)).toBe(error);
  });
});

describe('the failure of a run', () => {
  it('is the outermost that pawl worded, with evidence, state and steps', () => {
    const inner = ApplicationFailure.nonRetryable('exit 1', 'CommandFailed', { exitCode: 1 });
    const activity = new ActivityFailure(
      'Activity task failed',
      'backUpPart',
      'back-up:accounts',
      RetryState.NON_RETRYABLE_FAILURE,
      undefined,
      inner,
    );
    const outer = ApplicationFailure.create({
      type: 'CompensationFailed',
      message: 'and the undo failed',
      details: [
        {
          evidence: { advice: 'look' },
          stateNow: 'Half of it is in place.',
          progress: { steps: [step()] },
        },
      ],
      cause: activity,
    });
    expect(
      readFailure(new WorkflowFailedError('x', outer, RetryState.NON_RETRYABLE_FAILURE)),
    ).toEqual({
      type: 'CompensationFailed',
      message: 'and the undo failed',
      step: 'back-up:accounts',
      evidence: { advice: 'look' },
      advice: 'look',
      state: 'Half of it is in place.',
      steps: [step()],
    });
  });

  it('take the evidence of the outermost that has any, though that says nothing', () => {
    const inner = ApplicationFailure.nonRetryable('exit 1', 'CommandFailed', {
      evidence: { exitCode: 1 },
    });
    const own = { type: 'CompensationFailed', details: [{ evidence: {} }], cause: inner };
    expect(readFailure(ApplicationFailure.create(own)).evidence).toEqual({});
    expect(readFailure(ApplicationFailure.create({ ...own, details: [] })).evidence).toEqual({
      exitCode: 1,
    });
  });

  it.each([
    [new CancelledFailure('x'), 'Cancelled'],
    [new TerminatedFailure('by hand'), 'Terminated'],
    [new Error('odd'), 'Unknown'],
  ])('of %s has type %s', (cause, type) => {
    const error = new WorkflowFailedError('x', cause, RetryState.NON_RETRYABLE_FAILURE);
    expect(readFailure(error)).toMatchObject({ type });
  });
});

describe('links to Temporal', () => {
  it.each([
    ['localhost:7233', undefined, 'http://localhost:8233'],
    ['10.0.0.7:17233', undefined, 'http://10.0.0.7:18233'],
    ['temporal', undefined, 'http://temporal:8233'],
    ['x.a1b2.tmprl.cloud:7233', undefined, 'https://cloud.temporal.io'],
    ['localhost:7233', 'https://ui.example/', 'https://ui.example'],
  ])('for server %s (PAWL_UI_URL %s) begin with %s', (address, override, ui) => {
    expect(uiAddress(address, override)).toBe(ui);
  });

  it('keep the slash of a run out of the path', () => {
    const link = workflowLink('http://ui', 'default', 'melvin/42');
    expect(link).toBe('http://ui/namespaces/default/workflows/melvin%2F42');
  });
});

describe('running activities', () => {
  const payload = (value: unknown) => ({
    metadata: { encoding: Buffer.from('json/plain') },
    data: Buffer.from(JSON.stringify(value)),
  });
  const description = {
    pendingActivities: [
      {
        activityId: 'back-up:accounts',
        attempt: 2,
        state: 2,
        lastFailure: {
          message: 'Activity task failed',
          cause: { message: 'lost', applicationFailureInfo: { type: 'ServiceUnavailable' } },
        },
        heartbeatDetails: { payloads: [payload({ phase: 'dump', bytesDone: 5 })] },
      },
    ],
  };

  it('show attempt, reason of the last failure, and bytes', () => {
    expect(pendingSteps(description)).toEqual([
      {
        id: 'back-up:accounts',
        attempt: 2,
        started: true,
        unclaimed: false,
        lastFailure: 'ServiceUnavailable: lost',
        transfer: { phase: 'dump', bytesDone: 5 },
      },
    ]);
  });

  it('that no worker takes are told, once it is no matter of a moment', () => {
    const scheduled = (secondsAgo: number) => ({
      pendingActivities: [
        {
          activityId: 'back-up:accounts',
          attempt: 1,
          scheduledTime: { seconds: Math.floor(Date.now() / 1000 - secondsAgo) },
        },
      ],
    });
    const merged = (secondsAgo: number) =>
      mergeSteps([step()], pendingSteps(scheduled(secondsAgo) as never), () => undefined)[0];
    expect(merged(20)).toMatchObject({ unclaimed: true });
    expect(merged(0)).not.toHaveProperty('unclaimed');
  });

  it('are laid over the steps of the run', () => {
    const [merged] = mergeSteps([step()], pendingSteps(description), () => 7);
    expect(merged).toMatchObject({ attempt: 2, bytes: 5, bytesPerSecond: 7 });
  });
});

describe('the rate of bytes', () => {
  it('is that of the last ten seconds, and begins anew with a retry', () => {
    const meter = new RateMeter();
    expect(meter.bytesPerSecond('a')).toBeUndefined();
    meter.add('a', 0, 0);
    meter.add('a', 1000, 1000);
    expect(meter.bytesPerSecond('a')).toBe(1000);
    meter.add('a', 3000, 11_500);
    expect(meter.bytesPerSecond('a')).toBeCloseTo(190.5, 0);
    meter.add('a', 10, 12_000);
    expect(meter.bytesPerSecond('a')).toBeUndefined();
  });

  it('is known from rare heartbeats too', () => {
    const meter = new RateMeter();
    for (const n of [0, 1, 2, 3]) meter.add('a', n * 24_000, n * 24_000);
    expect(meter.bytesPerSecond('a')).toBe(1000);
  });
});

describe('the log of a run', () => {
  const at = msToTs(Date.parse('2026-11-21T03:00:00Z'));
  const data = Buffer.from('"back up accounts"');
  const summary = { metadata: { encoding: Buffer.from('json/plain') }, data };
  const lines = (...events: object[]) => {
    const log = new HistoryLog();
    return log.lines(events.map((event) => ({ eventTime: at, ...event })));
  };

  it('is in the order of time, though an activity that runs beside others is told of when it is over', () => {
    const scheduled = (eventId: number, activityId: string, second: number) => ({
      ...{ eventId, eventTime: msToTs(second * 1000) },
      activityTaskScheduledEventAttributes: { activityId },
    });
    const started = (scheduledEventId: number, second: number) => ({
      eventTime: msToTs(second * 1000),
      activityTaskStartedEventAttributes: { scheduledEventId },
    });
    const told = lines(scheduled(5, 'a', 1), scheduled(6, 'b', 2), started(6, 4), started(5, 3));
    expect(told.map(({ what, step: id = '' }) => `${what} ${id}`)).toEqual([
      'scheduled a',
      'scheduled b',
      'started a',
      'started b',
    ]);
  });

  it('tells of each attempt why the one before ended', () => {
    const told = lines(
      {
        eventId: 5,
        userMetadata: { summary },
        activityTaskScheduledEventAttributes: { activityId: 'back-up:accounts' },
      },
      {
        eventId: 6,
        activityTaskStartedEventAttributes: {
          scheduledEventId: 5,
          attempt: 3,
          identity: 'w',
          lastFailure: { timeoutFailureInfo: { timeoutType: 4 } },
        },
      },
      { eventId: 7, activityTaskCompletedEventAttributes: { scheduledEventId: 5 } },
    );
    expect(told.map(({ text }) => text)).toEqual([
      'scheduled: back up accounts',
      'attempt 3 started by w; the one before ended: its worker went silent',
      'done: back up accounts',
    ]);
    expect(told.every((line) => line.step === 'back-up:accounts')).toBe(true);
  });

  it('leaves out bookkeeping, and shows a workflow task that failed', () => {
    const told = lines(
      { workflowTaskScheduledEventAttributes: {} },
      { workflowTaskFailedEventAttributes: { failure: { message: 'nondeterminism' } } },
    );
    expect(told.map(({ text }) => text)).toEqual([
      'workflow task failed, tried again: nondeterminism',
    ]);
  });
});
