import { settlesWithin } from '../../../client/terminal/interrupt';

const NEVER = new Promise<never>(() => undefined);

describe('a wait for a promise', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it.each([
    ['resolves', () => Promise.resolve('an answer')],
    ['rejects', () => Promise.reject(new Error('no answer'))],
  ])(
    'ends when it %s, and leaves no timer that keeps the process from ending',
    async (_, answer) => {
      await expect(settlesWithin(answer(), 3_000, new AbortController().signal)).resolves.toBe(
        true,
      );
      expect(jest.getTimerCount()).toBe(0);
    },
  );

  it('ends after the time', async () => {
    const waiting = settlesWithin(NEVER, 3_000, new AbortController().signal);
    jest.advanceTimersByTime(3_000);
    await expect(waiting).resolves.toBe(false);
  });

  it('ends at once when aborted', async () => {
    const aborting = new AbortController();
    const waiting = settlesWithin(NEVER, 3_000, aborting.signal);
    aborting.abort();
    await expect(waiting).resolves.toBe(false);
    expect(jest.getTimerCount()).toBe(0);
  });
});
