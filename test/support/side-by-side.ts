/** So many go on at once: each waits for others most of its time, but a machine of two cores has other suites too. */
const AT_ONCE = 4;

/**
 * A test for each, all of which go on at the same time, begun before the first is looked at: for whole runs that share
 * nothing but a server. Jest's own `it.concurrent` begins before any `beforeAll`.
 */
export function sideBySide(tests: Readonly<Record<string, () => Promise<void>>>): void {
  const ends = new Map<string, Promise<void>>();
  const waiting: (() => void)[] = [];
  let free = AT_ONCE;

  async function inTurn(body: () => Promise<void>): Promise<void> {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      await body();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  }

  beforeAll(() => {
    for (const [title, body] of Object.entries(tests)) {
      const end = inTurn(body);
      // Its test tells of it.
      end.catch(() => undefined);
      ends.set(title, end);
    }
  });

  // What they share is ended after them, also where only one of them was asked for.
  afterAll(async () => {
    await Promise.allSettled(ends.values());
  });

  for (const title of Object.keys(tests)) {
    it(title, async () => {
      await ends.get(title);
    });
  }
}
