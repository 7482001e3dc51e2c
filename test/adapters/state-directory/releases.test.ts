import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createReleases } from '../../../activities/adapters/state-directory/create-releases';
import type { Releases } from '../../../activities/ports/releases';
import type { Release } from '../../../workflows/model/release';
import { failureOf } from '../../support/failure-of';

describe('releases in the state directory', () => {
  let directory: string;
  let folder: string;
  let releases: Releases;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pawl-releases-'));
    folder = join(directory, 'releases', 'melvin');
    releases = createReleases(directory);
  });
  afterEach(() => rm(directory, { recursive: true }));

  const model = (number: number): string => `name: melvin # ${number}\n`;
  const prepare = (run: string) => releases.prepare('melvin', `key-${run}`, model);
  const release = (run: string) => async () => {
    const { number, modelHash } = await prepare(run);
    const recorded = releaseOf(number, { runKey: `key-${run}`, modelHash });
    await releases.record(recorded);
    return recorded;
  };
  const write = async (file: string, content: unknown) => {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    await writeFile(join(folder, file), text);
  };

  test('are prepared, recorded, current and listed, newest first', async () => {
    expect(await releases.list('melvin')).toMatchObject({ releases: [] });
    const prepared = await prepare('one');
    const file = join(folder, '1', 'compose.yaml');
    const modelHash = createHash('sha256').update(model(1)).digest('hex');
    expect(prepared).toEqual({ number: 1, file, modelHash });
    expect(await releases.list('melvin')).toMatchObject({ releases: [] });
    const recorded = [];
    for (const run of ['one', 'two', 'three']) recorded.unshift(await release(run)());
    expect(await releases.list('melvin')).toMatchObject({
      next: recorded.length + 1,
      releases: recorded,
      current: 3,
    });
    expect(await releases.list('other')).toMatchObject({ releases: [] });
  });

  test('have ten after nine', async () => {
    for (let run = 1; run <= 11; run++) await release(`${run}`)();
    const { releases: listed } = await releases.list('melvin');
    expect(listed.map(({ number }) => number)).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  test('are files of the owner alone', async () => {
    const { file } = await prepare('one');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(file))).mode & 0o777).toBe(0o700);
    expect(await readFile(file, 'utf8')).toBe(model(1));
  });

  test('give a run its own number again, and the model as it is now', async () => {
    await prepare('one');
    await prepare('two');
    const again = await releases.prepare('melvin', 'key-one', (number) => `changed: ${number}\n`);
    expect(again).toMatchObject({ number: 1 });
    expect(await releases.readModel('melvin', 1)).toBe('changed: 1\n');
    expect(again.modelHash).toBe(createHash('sha256').update('changed: 1\n').digest('hex'));
    await release('two')();
    expect(await releases.prepare('melvin', 'key-two', () => 'other')).toMatchObject({ number: 2 });
    expect(await releases.readModel('melvin', 2)).toBe(model(2));
  });

  test('keep the number of a run whose model cannot be rendered', async () => {
    const broken = () => {
      throw new TypeError('no such service');
    };
    const failure = await failureOf(releases.prepare('melvin', 'key-one', broken));
    expect([failure.kind, failure.message]).toEqual([
      'InternalError',
      'Release 1 could not be rendered: no such service',
    ]);
    expect(await prepare('one')).toMatchObject({ number: 1 });
  });

  test('are discarded when they were only prepared, and their number is not taken again', async () => {
    await prepare('one');
    await releases.discard('melvin', 'key-one');
    await releases.discard('melvin', 'key-one');
    await releases.discard('melvin', 'key-nobody');
    expect((await failureOf(releases.file('melvin', 1))).kind).toBe('PreconditionFailed');
    expect(await prepare('two')).toMatchObject({ number: 2 });
    expect(await prepare('one')).toMatchObject({ number: 3 });
  });

  test('are not discarded once they are recorded', async () => {
    const recorded = await release('one')();
    await releases.discard('melvin', 'key-one');
    expect(await releases.list('melvin')).toMatchObject({ releases: [recorded], current: 1 });
  });

  test('are recorded once', async () => {
    const recorded = await release('one')();
    await releases.record({ ...recorded, pawlVersion: 'another' });
    expect(await releases.list('melvin')).toMatchObject({ releases: [recorded], current: 1 });
  });

  test('are recorded by the run that prepared them alone', async () => {
    const never = await failureOf(releases.record(releaseOf(1)));
    expect([never.kind, never.message]).toEqual([
      'InternalError',
      'Release melvin/1 was never prepared: key-one',
    ]);
    await prepare('one');
    const other = releases.record(releaseOf(1, { runKey: 'key-two' }));
    expect((await failureOf(other)).message).toContain('prepared by another run');
  });

  test('become current again when something is rolled back, and only recorded ones', async () => {
    await release('one')();
    await release('two')();
    await releases.setCurrent('melvin', 1);
    await releases.setCurrent('melvin', 1);
    expect((await releases.list('melvin')).current).toBe(1);
    await prepare('three');
    const failure = await failureOf(releases.setCurrent('melvin', 3));
    expect(failure.kind).toBe('PreconditionFailed');
    expect(failure.message).toContain('no release 3 of melvin');
    expect((await releases.list('melvin')).current).toBe(1);
  });

  test('are removed, all but the current one, and their numbers stay taken', async () => {
    for (const run of ['one', 'two', 'three']) await release(run)();
    await releases.setCurrent('melvin', 2);
    const failure = await failureOf(releases.remove('melvin', [1, 2]));
    expect([failure.kind, failure.message]).toEqual([
      'InternalError',
      'Release melvin/2 serves now, and was to be removed',
    ]);
    expect((await releases.list('melvin')).releases).toHaveLength(3);
    await releases.remove('melvin', [1, 3, 99]);
    await releases.remove('melvin', [1, 3]);
    expect((await releases.list('melvin')).releases).toMatchObject([{ number: 2 }]);
    expect((await failureOf(releases.readModel('melvin', 3))).kind).toBe('PreconditionFailed');
    expect(await prepare('four')).toMatchObject({ number: 4 });
  });

  test('keep stacks apart, also those that no stack file may name', async () => {
    for (const stack of ['melvin', '..', '.', 'a/b', '%2E.']) {
      const { file } = await releases.prepare(stack, 'key', () => stack);
      expect(dirname(dirname(dirname(file)))).toBe(join(directory, 'releases'));
      expect(file.endsWith('/1/compose.yaml')).toBe(true);
    }
    expect(await readdir(directory)).toEqual(['releases']);
  });

  test('name a file that somebody has damaged', async () => {
    await release('one')();
    await write('1/release.json', '{');
    const failure = await failureOf(releases.list('melvin'));
    expect(failure.kind).toBe('InternalError');
    expect(failure.message).toContain(join(folder, '1', 'release.json'));
  });

  describe('after a death between any two writes', () => {
    const prepared = { runKey: 'key-one' };
    // What the dead attempt left; the number that the next one gets.
    const halfPrepared: [string, Record<string, unknown>, number][] = [
      ['before the number was used', { 'last.json': { number: 1 } }, 2],
      ['in an empty folder', { 'last.json': { number: 1 }, '1/.x.tmp': '{"ru' }, 2],
      ['before the model', { 'last.json': { number: 1 }, '1/prepared.json': prepared }, 1],
      [
        'in the model',
        { 'last.json': { number: 1 }, '1/prepared.json': prepared, '1/.x.tmp': 'name: m' },
        1,
      ],
      [
        'after the model',
        { 'last.json': { number: 1 }, '1/prepared.json': prepared, '1/compose.yaml': 'old' },
        1,
      ],
    ];
    test.each(halfPrepared)('prepare goes on: %s', async (_title, files, number) => {
      for (const [file, content] of Object.entries(files)) await write(file, content);
      expect(await releases.list('melvin')).toMatchObject({ releases: [] });
      expect(await prepare('one')).toMatchObject({ number });
      expect(await prepare('one')).toMatchObject({ number });
      expect(await releases.readModel('melvin', number)).toBe(model(number));
      await releases.discard('melvin', 'key-one');
      expect(await prepare('two')).toMatchObject({ number: number + 1 });
    });

    test('record makes current what it has recorded', async () => {
      await release('one')();
      const { modelHash } = await prepare('two');
      const second = releaseOf(2, { runKey: 'key-two', modelHash });
      await write('2/release.json', second);
      expect((await releases.list('melvin')).current).toBe(1);
      await releases.record(second);
      expect(await releases.list('melvin')).toMatchObject({ current: 2, releases: [second, {}] });
    });

    test('discard and remove finish what is half emptied', async () => {
      await release('one')();
      await release('two')();
      await write('.thrown-away-7-x/compose.yaml', 'left');
      expect((await releases.list('melvin')).releases).toHaveLength(2);
      expect(await prepare('three')).toMatchObject({ number: 3 });
      await releases.remove('melvin', [1]);
      await write('.thrown-away-8-x/prepared.json', { runKey: 'key-eight' });
      await releases.discard('melvin', 'key-three');
      expect((await readdir(folder)).sort()).toEqual(['2', 'current.json', 'last.json']);
    });

    test('the lock of a dead process is no obstacle', async () => {
      await write('.lock', '999999999 gone');
      expect(await prepare('one')).toMatchObject({ number: 1 });
    });
  });

  test('take different numbers when runs that should not be at once are', async () => {
    const runs = ['a', 'b', 'c', 'd', 'e'];
    const numbers = (await Promise.all(runs.map(prepare))).map(({ number }) => number);
    expect(numbers.sort()).toEqual([1, 2, 3, 4, 5]);
  });

  test('say what cannot be written', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    const failure = await failureOf(createReleases(file).prepare('melvin', 'key', model));
    expect(failure.kind).toBe('CommandFailed');
    expect(failure.message).toMatch(/^Preparing a release of melvin .*ENOTDIR/);
  });
});

function releaseOf(number: number, given: Partial<Release> = {}): Release {
  return {
    ...{ number, stack: 'melvin', run: `melvin/${number}`, runKey: 'key-one' },
    ...{ releasedAt: '2026-01-02T03:04:05.000Z', requestedBy: 'ada', pawlVersion: '0.2.0' },
    ...{ services: [], stackHash: 'a', modelHash: 'b' },
    ...given,
  };
}
