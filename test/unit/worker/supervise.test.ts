import { setTimeout as sleep } from 'node:timers/promises';
import { startChild } from '../../../worker/server/child';
import { startReady, type Supervised } from '../../../worker/server/supervise';

const NEVER = new AbortController().signal;

/** A child that ends at once instead of becoming ready. */
function failing(lastWords: Supervised['lastWords']): Supervised {
  return {
    name: 'the Temporal server',
    stopGraceMilliseconds: 1_000,
    start: () => startChild({ argv: ['sh', '-c', 'exit 3'], env: { ...process.env } }),
    untilReady: () => new Promise(() => undefined),
    lastWords,
  };
}

describe('a child that ends before it is ready', () => {
  it('is told of with its last words', async () => {
    const spec = failing(() => Promise.resolve('no such table'));
    await expect(startReady(spec, NEVER)).rejects.toThrow(
      'the Temporal server ended with exit code 3 before it was ready:\nno such table',
    );
  });

  it('is told of with its last words also when the wait for it is ended by its end', async () => {
    const spec: Supervised = {
      ...failing(() => Promise.resolve('bind: address already in use')),
      untilReady: (_child, signal) => sleep(60_000, undefined, { signal }),
    };
    await expect(startReady(spec, NEVER)).rejects.toThrow(
      'ended with exit code 3 before it was ready:\nbind: address already in use',
    );
  });

  it('is told of also when its log cannot be read', async () => {
    const spec = failing(() => Promise.reject(new Error('ENOENT: no such file, temporal.log')));
    await expect(startReady(spec, NEVER)).rejects.toThrow(
      /ended with exit code 3 before it was ready:\n\(its log cannot be read: ENOENT/,
    );
  });
});
