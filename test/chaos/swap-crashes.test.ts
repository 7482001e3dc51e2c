import { leftovers, NOTHING } from '../support/aftermath';
import { describeWith } from '../support/requirements';
import type { StackFixture } from '../support/stack-fixture';
import type { Digests } from '../support/stack-content';
import { FaultyInstallation } from './faulty-installation';

/** Of each attempt in turn: the statement or rename after which it dies. */
const DEATHS = [
  // Both databases are closed to others · one is renamed, in a transaction · all is done, and nobody knows.
  ['accounts', 'PostgreSQL', [2, 3, 5]],
  // The first collection is out of the way · it is replaced · the second is out of the way.
  ['documents', 'MongoDB', [1, 1, 1]],
  // The first entry is out of the way · all are · the first restored one is in its place.
  ['uploads', 'files', [1, 2, 1]],
] as const;

describeWith(['temporal', 'restic', 'postgres', 'ferretdb'], 'a swap', () => {
  let here: FaultyInstallation;
  let stack: StackFixture;
  let whole: Digests;

  beforeAll(async () => {
    here = await FaultyInstallation.start();
    stack = await here.newStack();
    whole = await stack.digest();
    expect(await stack.follow('backup', '--init')).toMatchObject({ code: 0 });
  });

  afterAll(() => here.stop());

  it.each(DEATHS)(
    'of %s (%s) goes on from where it was killed, between any two of its renames',
    async (part, _engine, effects) => {
      await stack.ruin();
      const restore = await dieAfterEach(part, effects);
      expect(await stack.follow('watch', restore)).toMatchObject({ code: 0 });
      await stack.ask('restore', 'confirm', restore, '-y');
      expect(await stack.digest()).toEqual(whole);
      expect(await leftovers(here.pawl, stack)).toEqual(NOTHING);
    },
  );

  async function dieAfterEach(part: string, effects: readonly number[]): Promise<string> {
    let run: string | undefined;
    for (const effect of effects) {
      const at = { effect };
      await here.arm({ activity: 'swapPart', part, at, then: 'kill' });
      if (run === undefined) run = await stack.submit('restore', `--confirm=${stack.name}`);
      else await here.pawl.startWorker();
      expect(await here.pawl.workerEnd()).toBe('signal SIGKILL');
    }
    await here.pawl.startWorker();
    return run ?? '';
  }
});
