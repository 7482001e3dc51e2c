import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import type { RunningCommand } from '../../../activities/ports/command-runner';
import type { Repository } from '../../../activities/ports/repository';
import { failureOf } from '../../support/failure-of';
import { processesWith, until } from '../../support/processes';
import { describeWith } from '../../support/requirements';
import {
  createResticRepository,
  resticEnvironment,
  resticProgram,
  type ResticRepository,
} from '../../support/restic-repository';
import { attemptOf, bytesThen, labelOf, manifestOf, noReceipt, sourceOf } from './fixtures';

describeWith(['restic'], 'the restic repository on a bad day', () => {
  let subject: ResticRepository;
  let repository: Repository;
  beforeEach(async () => {
    subject = await createResticRepository();
    repository = subject.open();
    await subject.prepare();
  });
  afterEach(() => subject.remove());

  const hang = (): Promise<void> => new Promise<void>(() => undefined);
  const store = (content: Buffer, name?: string) =>
    repository.storeStream({
      source: sourceOf([content]),
      label: labelOf(name),
      attempt: attemptOf(),
      beforeClose: noReceipt,
    });

  /** Processes of restic at work on this repository: its host tag is in the command line of a backup only. */
  const backups = () => processesWith(`--tag=part:${subject.folder.replaceAll('/', '%2F')}`);
  const ownLabel = () => labelOf(subject.folder);

  async function nothingIsLeft(): Promise<void> {
    await until(async () => ((await backups()).length === 0 ? true : undefined));
    await until(async () => ((await subject.locks()).length === 0 ? true : undefined), 60);
    expect(await subject.snapshots()).toEqual([]);
  }

  test('stores nothing, and leaves no restic and no standing lock, when the worker is killed', async () => {
    const script = join(__dirname, 'store-and-wait.ts');
    const worker = await hostRunner.spawn(
      [
        process.execPath,
        '--import',
        'tsx',
        script,
        subject.folder,
        join(subject.directory, 'cache'),
      ],
      { env: { ...resticEnvironment(subject), PAWL_RESTIC: resticProgram() } },
    );
    await once(worker.stdout, 'data');
    const [lock] = await until(async () => {
      const locks = await subject.locks();
      return locks.length > 0 ? locks : undefined;
    });
    const { pid } = JSON.parse(await subject.restic('cat', 'lock', lock ?? '', '--no-lock')) as {
      pid: number;
    };
    const [workerPid = 0] = await processesWith(`${script} ${subject.folder}`);
    process.kill(workerPid, 'SIGKILL');
    await worker.exit;
    // Reaped, too: restic takes a zombie for a living holder of a lock.
    await until(() => (existsSync(`/proc/${pid}`) ? undefined : true));
    expect(await backups()).toEqual([]);
    expect(await subject.snapshots()).toEqual([]);
    // It may have died of its broken output before it had freed its lock: the next run begins with a probe.
    expect(await repository.probe(attemptOf())).toMatchObject({ state: 'ready' });
    expect(await subject.locks()).toEqual([]);
  });

  test('tells that restic was killed, ends the source, and leaves no lock', async () => {
    const source = sourceOf(bytesThen(randomBytes(3_000_000), hang));
    const storing = failureOf(
      repository.storeStream({
        source,
        label: ownLabel(),
        attempt: attemptOf(),
        beforeClose: noReceipt,
      }),
    );
    await until(async () => ((await subject.locks()).length > 0 ? true : undefined));
    for (const pid of await backups()) process.kill(pid, 'SIGKILL');
    const error = await storing;
    expect(error).toMatchObject({ kind: 'CommandFailed', evidence: { signal: 'SIGKILL' } });
    expect(source.aborted).toBe(true);
    await nothingIsLeft();
  });

  test('leaves no restic and no lock when the attempt is aborted', async () => {
    const controller = new AbortController();
    const source = sourceOf(bytesThen(randomBytes(3_000_000), hang));
    const attempt = attemptOf({ signal: controller.signal });
    const storing = repository.storeStream({
      source,
      label: ownLabel(),
      attempt,
      beforeClose: noReceipt,
    });
    const failure = storing.catch((reason: unknown) => reason);
    await until(async () => ((await subject.locks()).length > 0 ? true : undefined));
    controller.abort(new Error('cancelled'));
    expect(await failure).toBe(controller.signal.reason);
    expect(source.aborted).toBe(true);
    await nothingIsLeft();
  });

  test.each([
    [
      'is aborted',
      (stream: Readable, controller: AbortController) => {
        stream.destroy();
        controller.abort(new Error('cancelled'));
      },
    ],
    ['gives up', (stream: Readable) => void stream.destroy()],
  ])('leaves no restic and no lock when a reader %s', async (_how, giveUp) => {
    const stored = await store(randomBytes(8_000_000));
    const controller = new AbortController();
    const attempt = attemptOf({ signal: controller.signal });
    const reading = await repository.readStream(stored.snapshotId, stored.path, attempt);
    // The pipe behind what was read is full: restic stands in the middle of a write.
    await once(reading.stream, 'readable');
    await until(async () => ((await subject.locks()).length > 0 ? true : undefined));
    giveUp(reading.stream, controller);
    await reading.abort();
    expect(await subject.locks()).toEqual([]);
  });

  test('leaves no restic and no lock when the source fails', async () => {
    const locked = async (): Promise<void> => {
      await until(async () => ((await subject.locks()).length > 0 ? true : undefined));
      throw new Error('connection to server lost');
    };
    const source = sourceOf(bytesThen(randomBytes(3_000_000), locked));
    const storing = repository.storeStream({
      source,
      label: ownLabel(),
      attempt: attemptOf(),
      beforeClose: noReceipt,
    });
    await expect(storing).rejects.toThrow('connection to server lost');
    await nothingIsLeft();
  });

  test('does not show a secret in its failures', async () => {
    const url = `rest:http://ops:hunter2@127.0.0.1:1/`;
    const error = await failureOf(subject.open({ url, password: 'sentinel' }).probe(attemptOf()));
    expect(error.kind).toBe('ServiceUnavailable');
    expect(JSON.stringify([error, error.message])).not.toMatch(/hunter2|sentinel/);
  });

  test('says of a damaged stream that it cannot be read to its end', async () => {
    const stored = await store(randomBytes(3_000_000));
    await damage(join(subject.folder, 'data'));
    const reading = await repository.readStream(stored.snapshotId, stored.path, attemptOf());
    const bytes = await buffer(reading.stream);
    expect(bytes.length).toBeLessThan(3_000_000);
    expect(await failureOf(reading.finish())).toMatchObject({ kind: 'VerificationFailed' });
  });

  test('does not take a manifest that was torn by a crash for a recovery point', async () => {
    const point = await repository.storeManifest(manifestOf(), attemptOf());
    const [snapshot] = await subject.snapshots();
    const tags = (snapshot?.tags ?? []).flatMap((tag) => ['--tag', tag.replace('key-1', 'key-2')]);
    const torn = [resticProgram(), 'backup', '--stdin', '--stdin-filename=manifest.json', ...tags];
    await hostRunner.run(torn, { env: resticEnvironment(subject), input: '{"schema":"pawl/man' });
    expect((await repository.look('melvin', attemptOf())).found).toEqual({
      points: [point],
      unreadable: [],
    });
    const id = (await subject.snapshots()).find(({ short_id }) => short_id !== point.id)?.short_id;
    const error = await failureOf(repository.readManifest(id ?? '', attemptOf()));
    expect(error.kind).toBe('VerificationFailed');
  });

  describe('locked exclusively', () => {
    let holder: RunningCommand;
    let holderPid: number;
    /** A check that is stopped while it holds its lock. It reads 1 KiB a second: it does not end before. */
    beforeEach(async () => {
      await store(randomBytes(200_000));
      const cache = `--cache-dir=${join(subject.directory, 'cache')}`;
      const check = [resticProgram(), 'check', '--read-data', '--limit-download=1', cache];
      holder = await hostRunner.spawn(check, { env: resticEnvironment(subject) });
      const [lock = ''] = await until(async () => {
        const locks = await subject.locks();
        return locks.length > 0 ? locks : undefined;
      });
      [holderPid = 0] = await processesWith(check.join(' '));
      process.kill(holderPid, 'SIGSTOP');
      expect(await subject.restic('cat', 'lock', lock, '--no-lock')).toContain('"exclusive": true');
    });
    afterEach(() => {
      if (holderPid > 0) process.kill(holderPid, 'SIGKILL');
      return holder.exit;
    });

    test('by a living process, names it, and can still be listed', async () => {
      const source = sourceOf([randomBytes(1000)]);
      const storing = repository.storeStream({
        source,
        label: ownLabel(),
        attempt: attemptOf(),
        beforeClose: noReceipt,
      });
      const error = await failureOf(storing);
      expect(error.kind).toBe('ResourceBusy');
      expect(error.message).toMatch(new RegExp(`Held exclusively by process ${holderPid} of `));
      expect(source.aborted).toBe(true);
      const manifest = await failureOf(repository.storeManifest(manifestOf(), attemptOf()));
      expect(manifest.kind).toBe('ResourceBusy');
      expect((await repository.look('melvin', attemptOf())).found).toEqual({
        points: [],
        unreadable: [],
      });
      expect(await subject.snapshots()).toHaveLength(1);
    });

    test('by a dead process, heals by itself', async () => {
      process.kill(holderPid, 'SIGKILL');
      await holder.exit;
      holderPid = 0;
      expect(await subject.locks()).toHaveLength(1);
      await repository.storeManifest(manifestOf(), attemptOf());
      expect(await subject.locks()).toEqual([]);
    });

    test('by a dead process, is healed before a run begins', async () => {
      process.kill(holderPid, 'SIGKILL');
      await holder.exit;
      holderPid = 0;
      expect(await repository.probe(attemptOf())).toMatchObject({ state: 'ready' });
      expect(await subject.locks()).toEqual([]);
    });
  });

  const asRoot = process.getuid?.() === 0 ? describe : describe.skip;
  asRoot('on a small disk (needs root)', () => {
    let disk: string;
    beforeEach(async () => {
      disk = join(subject.directory, 'disk');
      await mkdir(disk);
      await hostRunner.run(['mount', '-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk]);
      repository = subject.open({ url: join(disk, 'repository') });
      await repository.initialise(attemptOf());
    });
    afterEach(() => hostRunner.run(['umount', disk]));

    test('says that the disk is full, and stores nothing', async () => {
      const source = sourceOf(bytesThen(randomBytes(40_000_000), hang));
      const storing = repository.storeStream({
        source,
        label: labelOf(),
        attempt: attemptOf(),
        beforeClose: noReceipt,
      });
      const error = await failureOf(storing);
      expect(error.kind).toBe('CommandFailed');
      expect(error.message).toContain('the disk of the repository is full');
      expect(source.aborted).toBe(true);
      expect(await readdir(join(disk, 'repository', 'snapshots'))).toEqual([]);
    });

    test('says that it is read-only, at once, and can be read all the same', async () => {
      const content = randomBytes(1000);
      const stored = await store(content);
      const point = await repository.storeManifest(manifestOf(), attemptOf());
      await hostRunner.run(['mount', '-o', 'remount,ro', disk]);
      const error = await failureOf(store(randomBytes(1000), 'other'));
      expect(error.message).toContain('read-only file system');
      expect(error.evidence.elapsedSeconds).toBeLessThan(30);
      expect(await repository.readManifest(point.id, attemptOf())).toEqual(manifestOf());
      const reading = await repository.readStream(stored.snapshotId, stored.path, attemptOf());
      expect(content.equals(await buffer(reading.stream))).toBe(true);
      await reading.finish();
    });
  });
});

/** Cuts the largest file below a folder in half. */
async function damage(folder: string): Promise<void> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const packs = await Promise.all(
    files
      .filter((file) => file.isFile())
      .map(async (file) => {
        const path = join(file.parentPath, file.name);
        return { path, size: (await stat(path)).size };
      }),
  );
  packs.sort((a, b) => b.size - a.size);
  await truncate(packs[0]?.path ?? '', Math.floor((packs[0]?.size ?? 0) / 2));
}
