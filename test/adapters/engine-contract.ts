import { setTimeout as delay } from 'node:timers/promises';
import { restoreTarget, type RestoreTarget } from '../../workflows/model/restore-target';
import { AdapterError } from '../../activities/ports/adapter-error';
import type { EngineBench } from './engine-bench';
import { dumpWhole, EngineUser, firstBytes, newAttempt, type WholeDump } from './engine-user';

export type { Death, EngineBench } from './engine-bench';

/**
 * The contract of the Engine port. Every engine runs it:
 * `describeWith(['postgres'], 'PostgreSQL', () => engineContract('by address', startBench))`.
 */
export function engineContract(title: string, startBench: () => Promise<EngineBench>): void {
  describe(`engine contract: ${title}`, () => {
    let bench: EngineBench;
    let user: EngineUser;
    let runNumber = 0;

    const newTarget = (into: string): RestoreTarget => restoreTarget(into, ++runNumber);

    beforeAll(async () => {
      bench = await startBench();
      user = new EngineUser(bench);
    });
    afterAll(async () => {
      await bench.stop();
    });
    afterEach(async () => {
      await expectNoLeftovers(bench);
    });

    /** Of each thing that goes on at once: beside the plain one, and named for it. */
    const ownSource = (index: number): string => `${bench.names.plain}${index}`;

    /** Seeds, dumps, changes and restores up to the swap: what a restore is when it comes to that. */
    async function readyToSwap(source: string, into = source) {
      await bench.seed(source, 'some');
      const before = await bench.read(source);
      const dump = await user.dump(source);
      await bench.change(source);
      const changed = await bench.read(source);
      const target = newTarget(into);
      await user.restoreBeside(dump, target);
      return { dump, target, before, changed };
    }

    describe('observe', () => {
      it('names one part and the version of what is behind it', async () => {
        const { plain } = bench.names;
        await bench.seed(plain, 'some');
        const observed = await bench.engine.observe({
          site: bench.site,
          entry: bench.entry(plain),
          attempt: newAttempt(),
        });
        expect(observed.parts).toHaveLength(1);
        expect(observed.parts[0]?.part).toMatchObject({ source: expect.any(String) as string });
        expect(observed.parts[0]?.expectedBytes).toBeGreaterThan(0);
        expect(observed.version).toMatch(/\d/);
      });

      it('refuses a source that does not exist', async () => {
        const entry = bench.entry('never-seeded');
        const attempt = newAttempt();
        await expectKind(bench.engine.observe({ site: bench.site, entry, attempt }), [
          'PreconditionFailed',
        ]);
      });

      it('says that the password was rejected', async () => {
        const { plain } = bench.names;
        await bench.seed(plain, 'some');
        const part = await user.part(plain);
        const entry = bench.entryWithWrongPassword?.(plain);
        if (entry === undefined) return;
        const { engine, site } = bench;
        await expectKind(engine.observe({ site, entry, attempt: newAttempt() }), [
          'CredentialsRejected',
        ]);
        await expectKind(dumpWhole(engine, site, entry, part), ['CredentialsRejected']);
      });
    });

    describe('dump and restore', () => {
      it('restores what was dumped, and not what it became since', async () => {
        const { plain } = bench.names;
        const { dump, target, before, changed } = await readyToSwap(plain);
        expect(changed).not.toBe(before);
        expect(await user.digest(dump, target)).toEqual(dump.facts.contents);
        expect(await bench.read(plain)).toBe(changed);
        expect(await user.swap(dump, target)).toMatchObject({ kept: true });
        expect(await bench.read(plain)).toBe(before);
        expect(await bench.readKept(target)).toBe(changed);
        await user.discardKept(dump, target);
      });

      it('gives another digest, and the same counts, when one value changed', async () => {
        const { plain } = bench.names;
        await bench.seed(plain, 'some');
        const before = await user.dump(plain);
        await bench.change(plain);
        const after = await user.dump(plain);
        const counts = (dump: WholeDump) =>
          dump.facts.contents.map(({ name, rows }) => [name, rows]);
        expect(counts(after)).toEqual(counts(before));
        expect(after.facts.contents).not.toEqual(before.facts.contents);
      });

      it('restores an empty source', async () => {
        const { plain } = bench.names;
        await bench.seed(plain, 'nothing');
        const before = await bench.read(plain);
        const dump = await user.dump(plain);
        const target = newTarget(plain);
        await user.restoreBeside(dump, target);
        expect(await user.digest(dump, target)).toEqual(dump.facts.contents);
        await user.swap(dump, target);
        expect(await bench.read(plain)).toBe(before);
        await user.discardKept(dump, target);
      });

      it('takes hostile names as data', async () => {
        await atOnce(bench.names.hostile, async (name) => {
          const { dump, target, before } = await readyToSwap(name);
          expect(await user.digest(dump, target)).toEqual(dump.facts.contents);
          await user.swap(dump, target);
          expect({ name, content: await bench.read(name) }).toEqual({ name, content: before });
          await user.discardKept(dump, target);
          await bench.remove(name);
        });
      });

      it('restores into another place and leaves the original alone', async () => {
        const { plain, other } = bench.names;
        await bench.remove(other);
        const { dump, target, before, changed } = await readyToSwap(plain, other);
        expect(await user.observeTarget(dump, target)).toMatchObject({ exists: false });
        expect(await user.swap(dump, target)).toMatchObject({ kept: false });
        expect(await bench.read(other)).toBe(before);
        expect(await bench.read(plain)).toBe(changed);
        expect(await user.observeTarget(dump, target)).toMatchObject({ exists: true });
        await user.swapBack(dump, target);
        expect(await user.observeTarget(dump, target)).toMatchObject({ exists: false });
        expect(await bench.read(plain)).toBe(changed);
        await bench.remove(other);
      });

      it('refuses a stream that was cut off', async () => {
        const { plain } = bench.names;
        await bench.seed(plain, 'some');
        const dump = await user.dump(plain);
        const half = { ...dump, bytes: dump.bytes.subarray(0, Math.floor(dump.bytes.length / 2)) };
        const target = newTarget(plain);
        await expectKind(user.restoreBeside(half, target), ['CommandFailed', 'VerificationFailed']);
        await user.discardBeside(dump, target);
      });

      it('begins a restore anew when an earlier attempt died in it', async () => {
        const { plain } = bench.names;
        await bench.seed(plain, 'some');
        const before = await bench.read(plain);
        const dump = await user.dump(plain);
        const target = newTarget(plain);
        for (const share of [0.1, 0.3, 0.5]) {
          await user.beginRestore(dump, target, Math.floor(dump.bytes.length * share));
        }
        await user.restoreBeside(dump, target);
        expect(await user.digest(dump, target)).toEqual(dump.facts.contents);
        await user.discardBeside(dump, target);
        expect(await bench.hasBeside(target)).toBe(false);
        expect(await bench.read(plain)).toBe(before);
        await user.discardBeside(dump, target);
      });
    });

    describe('bad days', () => {
      it('rejects a dump whose source died in the middle', async () => {
        const { plain } = bench.names;
        for (const death of bench.deaths) {
          await bench.seed(plain, 'much');
          const source = await user.beginDump(plain);
          try {
            await firstBytes(source.stream);
            await death.strike(plain);
            const kind = await kindOf(user.finishDump(source));
            const accepted = death.accepted as readonly string[];
            expect({ death: death.title, kind, accepted: accepted.includes(kind) }).toEqual({
              death: death.title,
              kind,
              accepted: true,
            });
          } finally {
            await source.abort();
            await death.revive();
          }
        }
      });

      it('leaves nothing behind when a dump is aborted', async () => {
        const { plain } = bench.names;
        await bench.seed(plain, 'much');
        const source = await user.beginDump(plain);
        await firstBytes(source.stream);
        await source.abort();
        await source.abort();
        await expectNoLeftovers(bench);
      });

      it('ends a dump when its signal is aborted', async () => {
        const { plain } = bench.names;
        await bench.seed(plain, 'much');
        const controller = new AbortController();
        const source = await user.beginDump(plain, newAttempt({ signal: controller.signal }));
        await firstBytes(source.stream);
        const reason = new Error('cancelled by the operator');
        controller.abort(reason);
        await expect(user.finishDump(source)).rejects.toBe(reason);
        await source.abort();
      });

      it('dumps again while what a dead attempt left is still there', async () => {
        const { plain } = bench.names;
        await bench.seed(plain, 'much');
        const attempt = newAttempt();
        const abandoned = await user.beginDump(plain, attempt);
        await firstBytes(abandoned.stream);
        const dump = await user.dump(plain, attempt);
        expect(dump.facts.consistency).toEqual(expect.any(String));
        expect(dump.bytes.length).toBeGreaterThan(0);
        await abandoned.abort();
      });
    });

    describe('swap', () => {
      it('does nothing when it is done already', async () => {
        const { plain } = bench.names;
        const { dump, target, before, changed } = await readyToSwap(plain);
        await user.swap(dump, target);
        expect(await user.swap(dump, target)).toMatchObject({ kept: true });
        expect(await bench.read(plain)).toBe(before);
        expect(await bench.readKept(target)).toBe(changed);
        expect(await bench.hasBeside(target)).toBe(false);
        await user.discardKept(dump, target);
        expect(await bench.readKept(target)).toBeUndefined();
        await user.discardKept(dump, target);
        expect(await bench.read(plain)).toBe(before);
      });

      it('goes on where a killed attempt stopped', async () => {
        await atOnce(bench.halfSwaps, async (half, index) => {
          const source = ownSource(index);
          const { dump, target, before, changed } = await readyToSwap(source);
          await half.perform(target);
          const { kept } = await user.swap(dump, target);
          const content = await bench.read(source);
          const old = await bench.readKept(target);
          expect({ half: half.title, kept, content, old }).toEqual({
            half: half.title,
            kept: true,
            content: before,
            old: changed,
          });
          await user.discardKept(dump, target);
          await bench.remove(source);
        });
      });

      it('is undone by swapBack, whole or half', async () => {
        const whole = { title: 'whole', perform: undefined };
        await atOnce([whole, ...bench.halfSwaps], async (half, index) => {
          const source = ownSource(index);
          const { dump, target, changed } = await readyToSwap(source);
          await (half.perform?.(target) ?? user.swap(dump, target));
          await user.swapBack(dump, target);
          await user.swapBack(dump, target);
          expect({
            half: half.title,
            content: await bench.read(source),
            kept: await bench.readKept(target),
            beside: await bench.hasBeside(target),
          }).toEqual({ half: half.title, content: changed, kept: undefined, beside: false });
          await bench.remove(source);
        });
      });

      it('leaves the original alone when it is undone before it began', async () => {
        const { plain } = bench.names;
        await bench.seed(plain, 'some');
        const before = await bench.read(plain);
        const dump = await user.dump(plain);
        await user.swapBack(dump, newTarget(plain));
        expect(await bench.read(plain)).toBe(before);
      });
    });
  });
}

/** Each on a source of its own: most of the time is somebody else's. A failure is told when all have ended. */
async function atOnce<Item>(
  items: readonly Item[],
  work: (item: Item, index: number) => Promise<void>,
): Promise<void> {
  const ends = await Promise.allSettled(items.map(work));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

async function kindOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'no error';
  } catch (error) {
    return error instanceof AdapterError ? error.kind : String(error);
  }
}

async function expectKind(work: Promise<unknown>, kinds: readonly string[]): Promise<void> {
  expect(kinds).toContain(await kindOf(work));
}

/** A killed session takes a moment to leave the server's list. */
async function expectNoLeftovers(bench: EngineBench): Promise<void> {
  const deadline = Date.now() + 10_000;
  let left = await bench.leftovers();
  while (left.length > 0 && Date.now() < deadline) {
    await delay(50);
    left = await bench.leftovers();
  }
  expect(left).toEqual([]);
}
