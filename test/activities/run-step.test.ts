import { CancelledFailure } from '@temporalio/common';
import { AdapterError } from '../../activities/ports/adapter-error';
import type { Attempt } from '../../activities/ports/attempt';
import type { Ports } from '../../activities/ports/host-ports';
import { runStep } from '../../activities/frame/run-step';
import { describeStack } from '../support/descriptions';
import { quietEnvironment } from './ports-in-memory';

const ports = { secrets: { redact: (text: string) => text } } as unknown as Ports;
const limits = { heartbeatSeconds: 5, stallSeconds: 0.2, deadlineSeconds: 60 };
const input = { stack: describeStack({ limits }) };

function run<Output>(
  work: (attempt: Attempt) => Promise<Output>,
  options: { watchStall?: boolean } = {},
  environment = quietEnvironment(40),
): Promise<Output> {
  return environment.run(() => runStep(ports, input, { phase: 'dump accounts', ...options }, work));
}

const untilAborted = ({ signal }: Attempt): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });

describe('an attempt of an activity', () => {
  it('heartbeats the bytes it has moved', async () => {
    const environment = quietEnvironment(40);
    const beats: unknown[] = [];
    const seen = new Promise<void>((resolve) => {
      environment.on('heartbeat', (beat: { bytesDone: number }) => {
        beats.push(beat);
        if (beat.bytesDone === 42) resolve();
      });
    });
    await run(
      async ({ onProgress }) => {
        onProgress(42);
        await seen;
      },
      {},
      environment,
    );
    expect(beats.at(-1)).toEqual({ phase: 'dump accounts', bytesDone: 42 });
  });

  it('is ended and tried again when no byte moves', async () => {
    await expect(run(untilAborted, { watchStall: true })).rejects.toMatchObject({
      type: 'ServiceUnavailable',
      nonRetryable: false,
      message: expect.stringMatching(/no byte moved for/) as string,
    });
  });

  it('gives a look up at its limit, though what it waits for never ends', async () => {
    const look = quietEnvironment(40, {
      activityType: 'observeEntry',
      startToCloseTimeoutMs: 50,
    });
    const never = () => new Promise<never>(() => undefined);
    await expect(run(never, {}, look)).rejects.toMatchObject({
      type: 'ServiceUnavailable',
      nonRetryable: false,
      message: expect.stringMatching(/no answer for 0 s/) as string,
    });
  });

  it('sees what changes something to its end, whatever its limit', async () => {
    const change = quietEnvironment(40, { activityType: 'swapPart', startToCloseTimeoutMs: 50 });
    const slow = () => new Promise((resolve) => setTimeout(resolve, 60, 'swapped'));
    expect(await run(slow, {}, change)).toBe('swapped');
  });

  it('is not ended for want of bytes where none are expected, nor while they move', async () => {
    const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
    await expect(
      run(async () => {
        await pause(400);
        return 'quiet';
      }),
    ).resolves.toBe('quiet');
    const moving = run(
      async ({ onProgress }) => {
        for (let bytes = 0; bytes < 8; bytes += 1) {
          onProgress(bytes);
          await pause(60);
        }
        return 'moved';
      },
      { watchStall: true },
    );
    await expect(moving).resolves.toBe('moved');
  });

  it('ends as cancelled when it is cancelled, whatever its adapter makes of that', async () => {
    const environment = quietEnvironment(40);
    const running = run(
      (attempt) =>
        untilAborted(attempt).catch(() => {
          throw new AdapterError('CommandFailed', 'killed');
        }),
      {},
      environment,
    );
    environment.cancel();
    await expect(running).rejects.toBeInstanceOf(CancelledFailure);
  });

  it('stops its heartbeat when it is over', async () => {
    const environment = quietEnvironment(40);
    let beats = 0;
    environment.on('heartbeat', () => {
      beats += 1;
    });
    await run(() => Promise.resolve(), {}, environment);
    const atEnd = beats;
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(beats).toBe(atEnd);
  });
});
