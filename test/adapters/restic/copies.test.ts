import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import type { Repository } from '../../../activities/ports/repository';
import { chooseRecoveryPoint } from '../../../workflows/model/choose-recovery-point';
import type { Manifest } from '../../../workflows/model/recovery-point';
import { failureOf } from '../../support/failure-of';
import { describeWith } from '../../support/requirements';
import {
  createResticRepository,
  resticEnvironment,
  resticProgram,
  type ResticRepository,
} from '../../support/restic-repository';
import { attemptOf, labelOf, manifestOf, noReceipt, sourceOf } from './fixtures';

const CONTENT = randomBytes(300_000);

describeWith(['restic'], 'a recovery point that restic itself has worked on', () => {
  let subject: ResticRepository;
  let elsewhere: ResticRepository;
  beforeEach(async () => {
    [subject, elsewhere] = [await createResticRepository(), await createResticRepository()];
    await subject.prepare();
    await elsewhere.prepare();
  });
  afterEach(() => Promise.all([subject.remove(), elsewhere.remove()]));

  /** A point with one part, as a backup makes it. */
  async function storePoint(change: Partial<Manifest> = {}): Promise<Manifest> {
    const manifest = manifestOf(change);
    const [part] = manifest.parts;
    if (part === undefined) throw new Error('a manifest has a part');
    const label = labelOf(part.part.name, { runKey: manifest.runKey });
    const stored = await subject.open().storeStream({
      source: sourceOf([CONTENT]),
      label,
      attempt: attemptOf(),
      beforeClose: noReceipt,
    });
    const { snapshotId, path, receipt } = stored;
    const { sha256, bytes } = receipt;
    const whole = { ...manifest, parts: [{ ...part, snapshotId, path, sha256, bytes }] };
    await subject.open().storeManifest(whole, attemptOf());
    return whole;
  }

  async function copyTo(target: ResticRepository, source: ResticRepository): Promise<void> {
    const { RESTIC_PASSWORD } = resticEnvironment(source);
    const env = { ...resticEnvironment(target), RESTIC_FROM_PASSWORD: RESTIC_PASSWORD };
    await hostRunner.run([resticProgram(), 'copy', '--from-repo', source.folder], { env });
  }

  /** The only part of its only point. */
  async function readBack(repository: Repository): Promise<Buffer> {
    const {
      found: { points },
      ...held
    } = await repository.look('melvin', attemptOf());
    expect(points).toHaveLength(1);
    expect([...(await held.findMissingParts(points))]).toEqual([]);
    const manifest = await repository.readManifest(points[0]?.id ?? '', attemptOf());
    const [place] = await held.locateParts(manifest);
    const { snapshotId = '', path = '' } = place ?? {};
    const reading = await repository.readStream(snapshotId, path, attemptOf());
    const content = await buffer(reading.stream);
    await reading.finish();
    return content;
  }

  test('is whole after `copy`, and after a copy of the copy', async () => {
    await storePoint();
    await copyTo(elsewhere, subject);
    await rm(subject.folder, { recursive: true });
    expect(CONTENT.equals(await readBack(elsewhere.open()))).toBe(true);
    await subject.prepare();
    await copyTo(subject, elsewhere);
    expect(CONTENT.equals(await readBack(subject.open()))).toBe(true);
  });

  test.each([
    ['`rewrite` to another host', ['rewrite', '--forget', '--new-host=other']],
    ['`rewrite` beside the old', ['rewrite', '--new-host=other']],
    ['`tag --add`', ['tag', '--add=kept']],
    ['`tag --set` on its parts', ['tag', '--set=kept', '--tag=pawl-part']],
    ['`repair snapshots`', ['repair', 'snapshots', '--forget']],
  ])('is whole after %s', async (_how, args) => {
    await storePoint();
    const list = async () => (await subject.open().look('melvin', attemptOf())).found;
    const id = (await list()).points[0]?.id ?? '';
    await subject.restic(...args);
    expect(CONTENT.equals(await readBack(subject.open()))).toBe(true);
    const { points } = await list();
    expect(chooseRecoveryPoint(points, { point: { id }, only: [] })).toMatchObject({
      runKey: 'key-1',
    });
  });

  test('is found by its id when `tag --set` has taken its mark away', async () => {
    const manifest = await storePoint();
    await subject.restic('tag', '--set=mine', '--tag=pawl-manifest');
    const repository = subject.open();
    const { found: listed } = await repository.look('melvin', attemptOf());
    expect(listed).toEqual({ points: [], unreadable: [] });
    const [moved] = (await subject.snapshots()).filter(({ tags }) => tags?.includes('mine'));
    expect(await repository.readManifest(moved?.short_id ?? '', attemptOf())).toEqual(manifest);
  });

  test('says which part is gone after `forget`, and hides no other point', async () => {
    const old = await storePoint();
    const later = { runKey: 'key-2', takenAt: '2026-08-22T10:00:00.123Z' };
    await storePoint(later);
    await subject.restic('forget', old.parts[0]?.snapshotId ?? '');
    const repository = subject.open();
    const { found, ...held } = await repository.look('melvin', attemptOf());
    const { points } = found;
    expect(points.map(({ runKey }) => runKey)).toEqual(['key-2', 'key-1']);
    const missing = await held.findMissingParts(points);
    expect([...missing.values()]).toEqual([{ missing: 1, missingParts: ['accounts'] }]);
    expect([...missing.keys()]).toEqual([points[1]?.id]);
  });

  test('is not taken for whole because of a torn part of an attempt that died', async () => {
    const { parts } = await storePoint();
    const [snapshot] = (await subject.snapshots()).filter(({ id }) => id === parts[0]?.snapshotId);
    const tags = (snapshot?.tags ?? []).flatMap((tag) => ['--tag', tag]);
    const torn = ['backup', '--stdin', '--stdin-filename=accounts.dump', ...tags];
    const env = resticEnvironment(subject);
    await hostRunner.run([resticProgram(), ...torn], { env, input: 'torn' });
    expect(CONTENT.equals(await readBack(subject.open()))).toBe(true);
    await subject.restic('forget', parts[0]?.snapshotId ?? '');
    const { found, ...held } = await subject.open().look('melvin', attemptOf());
    const missing = await held.findMissingParts(found.points);
    expect([...missing.values()]).toEqual([{ missing: 1, missingParts: ['accounts'] }]);
  });

  test('is unreadable alone when its tags are not as pawl writes them, and blocks no backup', async () => {
    const manifest = await storePoint();
    const [whole] = (await subject.snapshots()).filter(({ tags }) =>
      tags?.includes('pawl-manifest'),
    );
    const tags = (whole?.tags ?? []).map((tag) => tag.replace(/^run-id:.*/, 'run-id:%zz'));
    const forged = ['backup', '--stdin', '--stdin-filename=manifest.json'];
    await hostRunner.run([resticProgram(), ...forged, ...tags.flatMap((one) => ['--tag', one])], {
      env: resticEnvironment(subject),
      input: JSON.stringify(manifest),
    });
    const repository = subject.open();
    const { points, unreadable } = (await repository.look('melvin', attemptOf())).found;
    expect(points.map(({ id }) => id)).toEqual([whole?.short_id]);
    expect(unreadable).toMatchObject([{ reason: 'its tag "run-id" cannot be decoded' }]);
    const next = manifestOf({ runKey: 'key-2' });
    expect(await repository.storeManifest(next, attemptOf())).toMatchObject({ runKey: 'key-2' });
  });

  test('is not stored where its disk was unmounted meanwhile', async () => {
    const source = sourceOf([CONTENT]);
    const storing = subject.open().storeStream({
      source,
      label: labelOf(),
      attempt: attemptOf(),
      beforeClose: async () => {
        await rm(join(subject.folder, 'config'));
      },
    });
    expect((await failureOf(storing)).kind).toBe('ServiceUnavailable');
  });
});
