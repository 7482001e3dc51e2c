import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AdapterError } from '../../../activities/ports/adapter-error';
import { freePort } from '../../../worker/free-port';
import { until } from '../../support/processes';
import { describeWith } from '../../support/requirements';
import { attemptOf, labelOf, noReceipt, sourceOf } from './fixtures';
import { KilledPrunes } from './killed-prune';
import { createTendedRepository, NOW, STACK, type TendedRepository } from './upkeep-fixture';

const TIMES = { now: NOW, straysBefore: new Date(Date.parse(NOW) - 7 * 86_400_000).toISOString() };
const RCLONE = '/usr/bin/rclone';
const ALL = { slice: 1, of: 1 };

const failureOf = async (work: Promise<unknown>): Promise<AdapterError> =>
  work.then(
    () => {
      throw new Error('it went well');
    },
    (error: unknown) => error as AdapterError,
  );

describeWith(['restic'], 'the upkeep of a restic repository', () => {
  let repository: TendedRepository;
  beforeEach(async () => {
    repository = await createTendedRepository();
  });
  afterEach(() => repository.remove());

  const runsIn = async (): Promise<string[]> =>
    (await repository.snapshots())
      .flatMap(({ tags = [] }) => tags.filter((tag) => tag.startsWith('run:')))
      .map((tag) => tag.slice(4));

  it('surveys points, what they have added, and strays that are old enough', async () => {
    await repository.storePoint('old', 20);
    await repository.storePoint('new', 1);
    await repository.storePoint('died', 9, { withoutManifest: true });
    await repository.storePoint('runs', 0, { withoutManifest: true });

    const seen = await repository.upkeep().survey(STACK, TIMES, attemptOf());

    expect(seen.points.map(({ runKey, missing }) => [runKey, missing])).toEqual([
      ['new', 0],
      ['old', 0],
    ]);
    expect(seen.points[1]?.storedBytes).toBeGreaterThan(5_900_000);
    expect(seen).toMatchObject({ strays: 1, unreadable: 0, growth: { overDays: 14 } });
    expect(seen.repositoryId).toMatch(/^[0-9a-f]{64}$/);
    expect(seen.growth?.bytesPerDay).toBeGreaterThan(3_000_000 / 14);
    const bytes = await repository.upkeep().measure(STACK, attemptOf());
    expect(bytes).toBeGreaterThan(8_000_000);
  });

  it('forgets the chosen points and old strays, of this stack alone, and twice is as once', async () => {
    await repository.storePoint('gone', 3);
    await repository.storePoint('stays', 2);
    await repository.storePoint('gone', 3, { stack: 'other' });
    await repository.storePoint('died', 9, { withoutManifest: true });
    await repository.storePoint('runs', 0, { withoutManifest: true });
    const forget = () =>
      repository
        .upkeep()
        .forget(STACK, { runKeys: ['gone'], straysBefore: TIMES.straysBefore }, attemptOf());

    expect(await forget()).toEqual({ points: 1, snapshots: 3 });
    expect(await forget()).toEqual({ points: 0, snapshots: 0 });

    expect((await runsIn()).sort()).toEqual(['gone', 'gone', 'runs', 'stays', 'stays']);
  });

  it('takes no part for a stray while a manifest has lost its labels', async () => {
    await repository.storePoint('robbed', 20);
    const [manifest] = (await repository.snapshots()).filter(({ tags }) =>
      tags?.includes('pawl-manifest'),
    );
    await repository.restic('tag', '--set=mine', manifest?.id ?? '');

    const seen = await repository.upkeep().survey(STACK, TIMES, attemptOf());
    await repository
      .upkeep()
      .forget(STACK, { runKeys: [], straysBefore: TIMES.straysBefore }, attemptOf());

    expect(seen).toMatchObject({ points: [], strays: 0, unreadable: 1 });
    expect(await repository.snapshots()).toHaveLength(2);
  });

  it('frees what was forgotten, and keeps what stays', async () => {
    await repository.storePoint('gone', 3);
    const content = await repository.storePoint('stays', 2);
    await repository.upkeep().forget(STACK, { runKeys: ['gone'] }, attemptOf());

    const { removed, diskWasFull } = await repository.upkeep().prune(attemptOf());

    expect(removed).toMatch(/^\d[\d.]* [KM]iB$/);
    expect(diskWasFull).toBe(false);
    expect(await repository.readPoint('stays')).toEqual(content);
    await repository.upkeep().check(STACK, ALL, attemptOf());
  });

  it('waits for a backup with forget and prune, and checks beside it', async () => {
    await repository.storePoint('gone', 3);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = (async function* () {
      yield Buffer.from('slow');
      await held;
    })();
    const backup = repository.open().storeStream({
      source: sourceOf(slow),
      label: labelOf('slow'),
      attempt: attemptOf(),
      beforeClose: noReceipt,
    });
    await until(async () => ((await repository.locks()).length > 0 ? true : undefined));

    const upkeep = repository.upkeep();
    const [forget, prune] = await Promise.all([
      failureOf(upkeep.forget(STACK, { runKeys: ['gone'] }, attemptOf())),
      failureOf(upkeep.prune(attemptOf())),
    ]);
    await upkeep.check(STACK, ALL, attemptOf());
    release();
    await backup;

    expect([forget.kind, prune.kind]).toEqual(['ResourceBusy', 'ResourceBusy']);
    await upkeep.forget(STACK, { runKeys: ['gone'] }, attemptOf());
    expect(await runsIn()).toEqual(['key-1']);
  });

  it.each(['flipped', 'cut', 'gone'])(
    'tells of a pack that is %s, and which points it touches',
    async (how) => {
      await repository.storePoint('one', 3);
      const before = new Set(await packsOf(repository));
      await repository.storePoint('two', 2);
      const pack = await largest((await packsOf(repository)).filter((file) => !before.has(file)));
      if (how === 'gone') await rm(pack);
      else if (how === 'cut') await truncate(pack, 1000);
      else await flipByte(pack);

      const { kind, message, evidence } = await failureOf(
        repository.upkeep().check(STACK, ALL, attemptOf()),
      );

      const { points } = await repository.upkeep().survey(STACK, TIMES, attemptOf());
      expect(kind).toBe('VerificationFailed');
      expect(message).toContain(pack.slice(-64).slice(0, 12));
      expect(message).toContain(`It touches 1 recovery point of ${STACK}: ${points[0]?.id ?? '?'}`);
      expect(evidence.advice).toContain('restic repair packs');
    },
  );

  // Debian's rclone; nothing else needs it.
  const withRclone = existsSync(RCLONE) ? it : it.skip;

  withRclone('says that an append-only repository belongs to another host', async () => {
    const server = await serveAppendOnly(repository.folder);
    try {
      await repository.storePoint('gone', 3, { url: server.url });
      const upkeep = repository.upkeep({ url: server.url });
      const { kind, message } = await failureOf(
        upkeep.forget(STACK, { runKeys: ['gone'] }, attemptOf()),
      );
      expect([kind, message]).toEqual([
        'PreconditionFailed',
        expect.stringContaining('append-only') as string,
      ]);
      await upkeep.check(STACK, ALL, attemptOf());
      expect(await repository.snapshots()).toHaveLength(2);
      expect(await repository.locks()).toEqual([]);
    } finally {
      await server.stop();
    }
  });

  it('leaves a whole repository when prune is killed, and goes on from there', async () => {
    const prunes = await KilledPrunes.prepare();
    try {
      const { changes } = await prunes.kill();
      for (const share of [0.2, 0.5, 0.8]) {
        const { wasKilled } = await prunes.kill(Math.max(1, Math.round(changes * share)));
        expect(wasKilled).toBe(true);
      }
    } finally {
      await prunes.remove();
    }
  });
});

async function packsOf({ folder }: TendedRepository): Promise<string[]> {
  const files = await readdir(join(folder, 'data'), { recursive: true, withFileTypes: true });
  return files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
}

async function largest(files: readonly string[]): Promise<string> {
  const sized = await Promise.all(
    files.map(async (file) => ({ file, size: (await readFile(file)).length })),
  );
  return sized.sort((a, b) => b.size - a.size)[0]?.file ?? '';
}

async function flipByte(file: string): Promise<void> {
  const content = await readFile(file);
  content[100] = (content[100] ?? 0) ^ 0xff;
  await writeFile(file, content);
}

async function serveAppendOnly(folder: string) {
  const port = await freePort('127.0.0.1');
  const argv = ['serve', 'restic', '--append-only', `--addr=127.0.0.1:${port}`, folder];
  const child = spawn(RCLONE, argv, { stdio: 'ignore' });
  const exit = once(child, 'exit');
  const url = `http://127.0.0.1:${port}/`;
  await until(() =>
    fetch(url).then(
      () => true,
      () => undefined,
    ),
  );
  return {
    url: `rest:${url}`,
    stop: async () => {
      child.kill();
      await Promise.race([exit, sleep(5000)]);
    },
  };
}
