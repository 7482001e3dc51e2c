import { createHash, randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Repository } from '../../../activities/ports/repository';
import { failureOf } from '../../support/failure-of';
import {
  attemptOf,
  bytesThen,
  labelOf,
  manifestOf,
  noReceipt,
  sourceOf,
  type WatchedSource,
} from './fixtures';

/** One place where a repository may be, absent at first. */
export interface RepositorySubject {
  open(options?: { readonly password?: string }): Repository;
  /** Makes that there is an empty one, other than by `initialise` where that takes long. */
  prepare(): Promise<void>;
  /** Streams and manifests that are stored in it. */
  countSnapshots(): Promise<number>;
  /** More than it takes to store a small stream: what was not stored by then never will be. */
  readonly storingMilliseconds: number;
  remove(): Promise<void>;
}

const HOSTILE_NAMES = [
  `we"ird; --`,
  'naïve 🙂',
  'a,b,,c',
  'entry/../../etc/passwd',
  '..',
  '-option',
  '%2F%',
  'x'.repeat(200),
  '名'.repeat(60),
];

/** What every `Repository` does. Run on restic and on the in-memory fake, so that the fake cannot drift. */
export function repositoryContract(create: () => Promise<RepositorySubject>): void {
  let subject: RepositorySubject;
  let repository: Repository;
  beforeEach(async () => {
    subject = await create();
    repository = subject.open();
  });
  afterEach(() => subject.remove());

  describe('being opened', () => {
    test('is absent until it is initialised, which may be done twice', async () => {
      expect(await repository.probe(attemptOf())).toMatchObject({ state: 'absent' });
      expect(await repository.observe('melvin', attemptOf())).toMatchObject({ state: 'absent' });
      await repository.initialise(attemptOf());
      const probe = await repository.probe(attemptOf());
      await repository.initialise(attemptOf());
      expect(probe).toMatchObject({ state: 'ready', id: expect.any(String) as string });
      expect(probe.freeBytes ?? 0).toBeGreaterThan(0);
      expect(await repository.probe(attemptOf())).toMatchObject({ id: probe.id });
    });

    test('refuses a wrong password, and stores nothing then', async () => {
      await subject.prepare();
      const stranger = subject.open({ password: 'wrong' });
      const source = sourceOf([randomBytes(100)]);
      const failures = await Promise.all([
        failureOf(stranger.probe(attemptOf())),
        failureOf(stranger.initialise(attemptOf())),
        failureOf(stranger.look('melvin', attemptOf())),
        failureOf(
          stranger.storeStream({
            source,
            label: labelOf(),
            attempt: attemptOf(),
            beforeClose: noReceipt,
          }),
        ),
      ]);
      expect(failures.map(({ kind }) => kind)).toEqual(Array(4).fill('CredentialsRejected'));
      expect(source.aborted).toBe(true);
      expect(await subject.countSnapshots()).toBe(0);
    });

    test('says that there is no repository', async () => {
      const source = sourceOf([randomBytes(100)]);
      const failures = await Promise.all([
        failureOf(repository.look('melvin', attemptOf())),
        failureOf(
          repository.storeStream({
            source: Promise.resolve(source),
            label: labelOf(),
            attempt: attemptOf(),
            beforeClose: noReceipt,
          }),
        ),
      ]);
      expect(failures.map(({ kind }) => kind)).toEqual([
        'PreconditionFailed',
        // A run stores a stream where it has seen a repository before: its disk may be mounted again.
        'ServiceUnavailable',
      ]);
      expect(source.aborted).toBe(true);
    });
  });

  test('is not asked anything for an attempt that is over', async () => {
    await subject.prepare();
    const { receipt } = await repository.storeStream({
      source: sourceOf([randomBytes(100)]),
      label: labelOf(),
      attempt: attemptOf(),
      beforeClose: noReceipt,
    });
    const attempt = attemptOf({ signal: AbortSignal.abort(new Error('cancelled')) });
    const asked = [
      repository.probe(attempt),
      repository.initialise(attempt),
      repository.findStream(labelOf(), receipt, attempt),
      repository.look('melvin', attempt),
    ];
    const reasons = await Promise.all(asked.map((one) => one.catch((error: unknown) => error)));
    expect(reasons).toEqual(Array(4).fill(attempt.signal.reason));
  });

  describe('a stream', () => {
    beforeEach(() => subject.prepare());

    async function refused(source: WatchedSource, attempt = attemptOf()): Promise<unknown> {
      const storing = repository.storeStream({
        source,
        label: labelOf(),
        attempt,
        beforeClose: noReceipt,
      });
      const error: unknown = await storing.catch((reason: unknown) => reason);
      expect(source.aborted).toBe(true);
      expect(await subject.countSnapshots()).toBe(0);
      return error;
    }

    test('is read back as it was stored, with its digest, size and facts in the receipt', async () => {
      const content = randomBytes(3_000_000);
      const reported: number[] = [];
      const attempt = attemptOf({ onProgress: (bytes = 0) => void reported.push(bytes) });
      const source = sourceOf([content.subarray(0, 1), content.subarray(1)]);
      const stored = await repository.storeStream({
        source,
        label: labelOf(),
        attempt,
        beforeClose: noReceipt,
      });
      const sha256 = createHash('sha256').update(content).digest('hex');
      expect(stored.receipt).toMatchObject({ sha256, bytes: 3_000_000 });
      expect(stored.receipt.facts).toEqual(await sourceOf([]).finish());
      expect(Math.max(...reported)).toBe(3_000_000);
      const reading = await repository.readStream(stored.snapshotId, stored.path, attempt);
      expect(content.equals(await buffer(reading.stream))).toBe(true);
      await reading.finish();
    });

    test('does not exist before its receipt was written', async () => {
      const seen: number[] = [];
      const source = sourceOf([randomBytes(100)]);
      await repository.storeStream({
        source,
        label: labelOf(),
        attempt: attemptOf(),
        beforeClose: async ({ bytes }) => {
          await sleep(subject.storingMilliseconds);
          seen.push(bytes, await subject.countSnapshots());
        },
      });
      expect(seen).toEqual([100, 0]);
      expect(await subject.countSnapshots()).toBe(1);
    });

    test('is not stored when its source does not begin', async () => {
      const reason = new Error('no such database');
      const source = Promise.reject(reason);
      const storing = repository.storeStream({
        source,
        label: labelOf(),
        attempt: attemptOf(),
        beforeClose: noReceipt,
      });
      await expect(storing).rejects.toBe(reason);
      expect(await subject.countSnapshots()).toBe(0);
    });

    test('is not stored when its source fails in mid-stream', async () => {
      const reason = new Error('connection to server lost');
      const source = sourceOf(bytesThen(randomBytes(500_000), () => Promise.reject(reason)));
      expect(await refused(source)).toBe(reason);
    });

    test('is not stored while its source has not said that it is whole, nor when it says no', async () => {
      const reason = new Error('pg_dump ended with exit code 1');
      const counts: number[] = [];
      const source = sourceOf([randomBytes(100)], async () => {
        await sleep(subject.storingMilliseconds);
        counts.push(await subject.countSnapshots());
        throw reason;
      });
      expect(await refused(source)).toBe(reason);
      expect(counts).toEqual([0]);
    });

    test('is not stored when its receipt cannot be written', async () => {
      const reason = new Error('no space left on device');
      const source = sourceOf([randomBytes(100)]);
      const storing = repository.storeStream({
        source,
        label: labelOf(),
        attempt: attemptOf(),
        beforeClose: () => Promise.reject(reason),
      });
      await expect(storing).rejects.toBe(reason);
      expect(await subject.countSnapshots()).toBe(0);
    });

    test('is not stored when it is empty', async () => {
      const error = await refused(sourceOf([]));
      expect(error).toMatchObject({ kind: 'CommandFailed' });
      expect(String(error)).toMatch(/dump.* is empty/);
    });

    test('is not stored when the attempt is aborted while the source hangs', async () => {
      const controller = new AbortController();
      const reason = new Error('cancelled by ops');
      const hang = new Promise<void>(() => undefined);
      const source = sourceOf(bytesThen(randomBytes(100), () => hang));
      const onProgress = (): void => {
        controller.abort(reason);
      };
      const attempt = attemptOf({ signal: controller.signal, onProgress });
      expect(await refused(source, attempt)).toBe(reason);
    });

    test('is found again by its own receipt only', async () => {
      const label = labelOf(HOSTILE_NAMES[0]);
      const source = sourceOf([randomBytes(100)]);
      const stored = await repository.storeStream({
        source,
        label,
        attempt: attemptOf(),
        beforeClose: noReceipt,
      });
      const { snapshotId, path, receipt } = stored;
      expect(await repository.findStream(label, receipt, attemptOf())).toEqual({
        snapshotId,
        path,
      });
      const torn = { ...receipt, uploadId: 'of-an-attempt-that-died' };
      expect(await repository.findStream(label, torn, attemptOf())).toBeUndefined();
    });

    test('may be of a part with a hostile name', async () => {
      const copies = HOSTILE_NAMES.map(async (name) => {
        const source = sourceOf([Buffer.from(name)]);
        const stored = await repository.storeStream({
          source,
          label: labelOf(name),
          attempt: attemptOf(),
          beforeClose: noReceipt,
        });
        const reading = await repository.readStream(stored.snapshotId, stored.path, attemptOf());
        const copy = (await buffer(reading.stream)).toString();
        await reading.finish();
        return copy;
      });
      expect(await Promise.all(copies)).toEqual(HOSTILE_NAMES);
    });

    test('may be stored while another one is', async () => {
      const contents = [randomBytes(200_000), randomBytes(300_000)];
      const stored = await Promise.all(
        contents.map((content, index) =>
          repository.storeStream({
            source: sourceOf([content]),
            label: labelOf(`p${index}`),
            attempt: attemptOf(),
            beforeClose: noReceipt,
          }),
        ),
      );
      expect(stored.map(({ receipt }) => receipt.bytes)).toEqual([200_000, 300_000]);
      expect(await subject.countSnapshots()).toBe(2);
    });

    test('that does not exist cannot be read to its end', async () => {
      const reading = await repository.readStream('00000000', '/accounts.dump', attemptOf());
      expect(await buffer(reading.stream)).toHaveLength(0);
      expect(await failureOf(reading.finish())).toMatchObject({ kind: 'PreconditionFailed' });
    });
  });

  describe('a recovery point', () => {
    beforeEach(() => subject.prepare());

    test('is listed with its summary, newest first, and only for its own stack', async () => {
      const older = manifestOf({
        run: 'melvin/1',
        runKey: 'a',
        takenAt: '2026-08-20T23:59:59.999Z',
      });
      const newer = manifestOf({
        run: 'melvin/2',
        runKey: 'b',
        takenAt: '2026-08-21T00:00:00.001Z',
        entries: ['uploads', 'accounts'],
        partial: true,
      });
      const point = await repository.storeManifest(newer, attemptOf());
      await repository.storeManifest(older, attemptOf());
      await repository.storeManifest(manifestOf({ stack: 'other', runKey: 'c' }), attemptOf());
      const { points: listed, unreadable } = (await repository.look('melvin', attemptOf())).found;
      expect(unreadable).toEqual([]);
      expect(listed.map(({ run }) => run)).toEqual(['melvin/2', 'melvin/1']);
      expect(listed[0]).toEqual(point);
      const { stack, run, runKey, takenAt, entries, partial } = newer;
      const { id } = point;
      expect({ entries, partial }).toEqual({ entries: ['uploads', 'accounts'], partial: true });
      const held = { parts: 1, bytes: 42, entries, partial };
      expect(point).toEqual({ id, stack, run, runKey, takenAt, ...held });
    });

    test('is told of the size that each part had last', async () => {
      expect((await repository.look('melvin', attemptOf())).lastSizes).toEqual({});
      for (const [takenAt, size] of [
        ['2026-08-22T00:00:00.000Z', 300],
        ['2026-08-21T00:00:00.000Z', 100],
      ] as const) {
        const label = labelOf('accounts', { takenAt, runKey: takenAt });
        const source = sourceOf([randomBytes(size)]);
        await repository.storeStream({
          source,
          label,
          attempt: attemptOf(),
          beforeClose: noReceipt,
        });
      }
      const { part } = labelOf();
      expect((await repository.look('melvin', attemptOf())).lastSizes).toEqual({
        [part.name]: 300,
      });
      expect((await repository.look('other', attemptOf())).lastSizes).toEqual({});
    });

    test('is found by its run as soon as that has stored it', async () => {
      const manifest = manifestOf();
      expect(await repository.findManifest(manifest, attemptOf())).toBeUndefined();
      const stored = await repository.storeManifest(manifest, attemptOf());
      expect(await repository.findManifest(manifest, attemptOf())).toEqual(stored);
      const ofAnother = { ...manifest, runKey: 'another' };
      expect(await repository.findManifest(ofAnother, attemptOf())).toBeUndefined();
      expect(await subject.countSnapshots()).toBe(1);
    });

    test('shows once in a list, though two attempts of its run have each stored it', async () => {
      await repository.storeManifest(manifestOf(), attemptOf());
      await repository.storeManifest(manifestOf(), attemptOf());
      const { points } = (await repository.look('melvin', attemptOf())).found;
      expect(points.map(({ runKey }) => runKey)).toEqual(['key-1']);
    });

    test('is recalled as it was read, where it was read lately', async () => {
      const point = await repository.storeManifest(manifestOf(), attemptOf());
      expect(await repository.recallManifest(point.id, attemptOf())).toEqual(manifestOf());
      const { kind } = await failureOf(repository.recallManifest('0000000000', attemptOf()));
      expect(kind).toBe('PreconditionFailed');
    });

    test('is told whether there is a repository, and what its parts had last', async () => {
      const source = sourceOf([randomBytes(100)]);
      await repository.storeStream({
        source,
        label: labelOf(),
        attempt: attemptOf(),
        beforeClose: noReceipt,
      });
      const observed = await repository.observe('melvin', attemptOf());
      expect(observed).toMatchObject({ state: 'ready', lastSizes: { [labelOf().part.name]: 100 } });
      expect(observed.freeBytes ?? 0).toBeGreaterThan(0);
    });

    test('gives its manifest back as it was', async () => {
      const [without, audit] = [manifestOf(), '{"run":"melvin/1"}\n{"run":"naïve 🙂"}'];
      for (const manifest of [without, manifestOf({ runKey: 'key-2', audit })]) {
        const point = await repository.storeManifest(manifest, attemptOf());
        expect(await repository.readManifest(point.id, attemptOf())).toEqual(manifest);
      }
    });

    test('is whole while its parts are there, and says which are not', async () => {
      const kept = await repository.storeStream({
        source: sourceOf([randomBytes(100)]),
        label: labelOf('kept'),
        attempt: attemptOf(),
        beforeClose: noReceipt,
      });
      const partOf = (name: string, snapshotId: string) => {
        const [part] = manifestOf().parts;
        if (part === undefined) throw new Error('a manifest has a part');
        const { path } = kept;
        return { ...part, part: { ...part.part, name }, snapshotId, path, bytes: 100 };
      };
      const whole = await repository.storeManifest(
        manifestOf({ parts: [partOf('kept', kept.snapshotId)] }),
        attemptOf(),
      );
      const gone = partOf('gone', 'f'.repeat(64));
      const torn = manifestOf({
        runKey: 'key-2',
        takenAt: '2026-08-22T10:00:00.123Z',
        parts: [{ ...gone, bytes: 77 }],
      });
      const broken = await repository.storeManifest(torn, attemptOf());
      const { found, ...held } = await repository.look('melvin', attemptOf());
      const { points } = found;
      expect(points.map(({ id }) => id)).toEqual([broken.id, whole.id]);
      const missing = await held.findMissingParts(points);
      expect([...missing]).toEqual([[broken.id, { missing: 1, missingParts: ['gone'] }]]);
      const manifest = await repository.readManifest(whole.id, attemptOf());
      const { snapshotId, path } = kept;
      expect(await held.locateParts(manifest)).toEqual([{ snapshotId, path }]);
      expect(await held.locateParts(torn)).toEqual([undefined]);
    });

    test('is told from an id that does not exist, and from a snapshot that is none', async () => {
      const source = sourceOf([randomBytes(100)]);
      const part = await repository.storeStream({
        source,
        label: labelOf(),
        attempt: attemptOf(),
        beforeClose: noReceipt,
      });
      const kinds = await Promise.all(
        ['0000000000', 'latest', '--help', part.snapshotId].map(
          async (id) => (await failureOf(repository.readManifest(id, attemptOf()))).kind,
        ),
      );
      const missing = 'PreconditionFailed';
      expect(kinds).toEqual([missing, missing, missing, 'VerificationFailed']);
    });
  });
}
