import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContainers } from '../../../activities/adapters/docker/create-containers';
import { createFilesEngine } from '../../../activities/adapters/engines/files/create-files-engine';
import { resticPatterns } from '../../../activities/adapters/engines/files/restic-patterns';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import { restoreTarget } from '../../../workflows/model/restore-target';
import { docker } from '../../support/docker';
import { describeWith } from '../../support/requirements';
import { createResticRepository, type ResticRepository } from '../../support/restic-repository';
import { startService } from '../docker/service-container';
import { newAttempt } from '../engine-user';
import { labelOf } from '../restic/fixtures';
import { filesEntry, hostSite } from './folder-bench';
import { fillWithSome, readTree, remakeFolder } from './tree-on-disk';
import { TreeUser } from './tree-user';

const containers = {
  runner: () => Promise.reject(new Error('no containers here')),
  mounts: () => Promise.reject(new Error('no containers here')),
  address: () => Promise.reject(new Error('no containers here')),
};

let directory = '';
let repository: ResticRepository;
let runNumber = 0;
const at = (...names: string[]): string => join(directory, ...names);
const newTarget = (into = 'uploads') => restoreTarget(into, ++runNumber);

function userOf(path = 'uploads', exclude: string[] = [], databases: string[] = []): TreeUser {
  const engine = createFilesEngine({ hostRunner, containers });
  const entry = { ...filesEntry(path, undefined, exclude), databases };
  return new TreeUser(engine, repository.open(), hostSite(directory), entry);
}

describeWith(['restic'], 'a folder that is stored file by file', () => {
  beforeEach(async () => {
    directory = await realpath(await mkdtemp(join(tmpdir(), 'pawl-trees-')));
    repository = await createResticRepository();
    await repository.prepare();
    await remakeFolder(at('uploads'));
  });
  afterEach(async () => {
    await repository.remove();
    execFileSync('rm', ['-rf', directory]);
  });

  /** Everything that a folder can hold comes back, and is proved. */
  async function comesBack(folder = 'uploads'): Promise<void> {
    const user = userOf(folder);
    const before = await readTree(at(folder));
    const stored = await user.save();
    await rm(at(folder), { recursive: true });
    const target = newTarget(folder);
    await user.restoreBeside(stored, target);
    const expected = await user.stored(stored);
    expect(await user.restored(target, expected)).toEqual(expected);
    await user.swap(target);
    expect(await readTree(at(folder))).toBe(before);
  }

  it('restores one of everything as it was', async () => {
    await fillWithSome(at('uploads'));
    await comesBack();
  });

  it('restores a folder with nothing in it', () => comesBack());

  it('leaves databases that are entries of their own where they are', async () => {
    const names = ['de*p/app.db', 'de*p/app.db-wal', 'de*p/app.db_before_0'];
    await mkdir(at('uploads', 'de*p'));
    const write = async (text: string) => {
      for (const name of [...names, 'de*p/app.db.txt']) await writeFile(at('uploads', name), text);
    };
    await write('saved');
    const user = userOf('uploads', [], ['de*p/app.db']);
    const stored = await user.save();
    await write('live');
    const target = newTarget();
    await user.restoreBeside(stored, target);
    const expected = await user.stored(stored);
    expect(await user.restored(target, expected)).toEqual(expected);
    await user.swap(target);
    const contents = names.map((name) => readFileSync(at('uploads', name), 'utf8'));
    expect(contents).toEqual(['live', 'live', 'live']);
    expect(readFileSync(at('uploads', 'de*p/app.db.txt'), 'utf8')).toBe('saved');
  });

  it.each(['-rf', 'naïve 🙂', '*[a]?\\', 'two\nlines', '  '])(
    'takes a folder called %j as data',
    async (name) => {
      await remakeFolder(at(name));
      await writeFile(at(name, 'a'), 'a');
      await comesBack(name);
    },
  );

  it('keeps holes, ACLs and attributes', async () => {
    const file = at('uploads', 'sparse');
    execFileSync('truncate', ['--size=64M', file]);
    appendFileSync(file, 'end');
    try {
      execFileSync('setfacl', ['-m', 'u:7:r', file], { stdio: 'ignore' });
      execFileSync('setfacl', ['-d', '-m', 'u:8:rwx', at('uploads')], { stdio: 'ignore' });
      execFileSync('setfattr', ['-n', 'user.of', '-v', 'mine', file], { stdio: 'ignore' });
    } catch {
      // The file system of the tests has none.
    }
    const facts = (): string =>
      execFileSync('sh', ['-c', 'getfacl -nRp uploads; getfattr -dR -m - uploads'], {
        cwd: directory,
        stdio: ['ignore', 'pipe', 'ignore'],
      }).toString();
    const before = facts();
    await comesBack();
    expect(facts()).toBe(before);
    expect((await stat(file)).blocks * 512).toBeLessThan(1024 * 1024);
  });

  it.each<[string, (tree: string) => Promise<unknown>]>([
    ['one byte', (tree) => writeFile(join(tree, 'odd-size'), 'Other', { flag: 'r+' })],
    ['one mode', (tree) => chmod(join(tree, 'odd-size'), 0o600)],
    ['a file more', (tree) => writeFile(join(tree, 'more'), '')],
    ['a file less', (tree) => rm(join(tree, 'empty'))],
  ])('sees that %s of what was restored is another', async (_what, change) => {
    await fillWithSome(at('uploads'));
    const user = userOf();
    const stored = await user.save();
    const target = newTarget();
    await user.restoreBeside(stored, target);
    const expected = await user.stored(stored);
    const tree = join(`${at('uploads')}${target.besideSuffix}`, '.pawl_tree');
    const { atime, mtime } = await stat(join(tree, 'odd-size'));
    await change(tree);
    // The change is seen by itself, and not by its time.
    execFileSync('touch', ['-d', mtime.toISOString(), '-h', join(tree, 'odd-size')]);
    expect(atime).toBeDefined();
    expect(await user.restored(target, expected)).not.toEqual(expected);
  });

  it('reads no file again that has not changed', async () => {
    for (const name of ['a', 'b', 'c']) await writeFile(at('uploads', name), name);
    const user = userOf();
    const first = await user.save();
    await writeFile(at('uploads', 'b'), 'other');
    const second = await user.save();
    const [, summary] = await summaries();
    expect(summary).toMatchObject({ files_new: 0, files_changed: 1, files_unmodified: 2 });
    expect(second.receipt.sha256).not.toBe(first.receipt.sha256);
    expect(second.receipt).toMatchObject({ bytes: 7, facts: { format: 'restic tree' } });
  });

  it('uses no snapshot whose receipt could not be written', async () => {
    await writeFile(at('uploads', 'a'), 'a');
    const user = userOf();
    await expect(user.save(() => Promise.reject(new Error('disk full')))).rejects.toThrow(
      'disk full',
    );
    expect(await repository.snapshots()).toHaveLength(1);
    const { receipt, snapshotId } = await user.save();
    const label = labelOf('uploads', { part: user.part });
    const { trees } = repository.open();
    expect(await trees.find(label, receipt, newAttempt())).toEqual({ snapshotId, path: '/' });
    const torn = { ...receipt, sha256: 'a'.repeat(64) };
    expect(await trees.find(label, torn, newAttempt())).toBeUndefined();
    const other = { ...receipt, uploadId: 'another' };
    expect(await trees.find(label, other, newAttempt())).toBeUndefined();
  });

  it('says of a damaged tree that it is damaged', async () => {
    await writeFile(at('uploads', 'a'), Buffer.alloc(100_000, 'a'));
    const user = userOf();
    const stored = await user.save();
    await damage(join(repository.folder, 'data'));
    await rm(join(repository.directory, 'cache'), { recursive: true });
    await expect(user.stored(stored)).rejects.toMatchObject({ kind: 'VerificationFailed' });
    await expect(user.restoreBeside(stored, newTarget())).rejects.toMatchObject({
      kind: 'VerificationFailed',
    });
  });

  it('lists what is in a folder of it', async () => {
    await mkdir(at('uploads', 'deep'));
    for (const name of ['a', 'b', 'c']) await writeFile(at('uploads', 'deep', name), name);
    const { snapshotId } = await userOf().save();
    const { trees } = repository.open();
    const list = (path: string, most = 10) => trees.list(snapshotId, path, most, newAttempt());
    expect(await list('')).toMatchObject({ nodes: [{ path: 'deep', kind: 'dir' }], more: 0 });
    expect(await list('./deep/', 2)).toMatchObject({
      nodes: [{ path: 'deep/a', kind: 'file', bytes: 1 }, { path: 'deep/b' }],
      more: 1,
    });
    expect(await list('deep/c')).toMatchObject({ nodes: [{ path: 'deep/c' }], more: 0 });
    await expect(list('../uploads')).rejects.toMatchObject({ kind: 'PreconditionFailed' });
    await expect(list('none')).rejects.toMatchObject({ kind: 'PreconditionFailed' });
  });

  it('says that the folder is gone', async () => {
    await rm(at('uploads'), { recursive: true });
    expect(await userOf().source()).toBeUndefined();
  });

  it.each(['[[:alpha:]]x', '.', 'a*b*c*d*e*f*g'])(
    'leaves the pattern %j to tar',
    async (pattern) => {
      expect(await userOf('uploads', [pattern]).source()).toBeUndefined();
    },
  );

  it('leaves times to tar that restic does not keep', async () => {
    execFileSync('touch', ['-d', '2300-01-01', at('uploads', 'late')]);
    expect(await userOf().source()).toBeUndefined();
  });

  it('leaves large holes to tar, which does not read them', async () => {
    execFileSync('truncate', ['--size=3G', at('uploads', 'image')]);
    expect(await userOf().source()).toBeUndefined();
    execFileSync('truncate', ['--size=1G', at('uploads', 'image')]);
    expect(await userOf().source()).toBeDefined();
  });

  describe('patterns', () => {
    const PATHS = [
      ...[
        'cache/x',
        'deep/cache/y',
        'cache.tmp',
        'deep/a.tmp',
        'uploads/in',
        'a/x/b',
        'a/b',
        'axb',
      ],
      ...[
        'deep/a/x/y/b',
        'ab',
        '[x]',
        'x',
        '.hidden',
        'deep/.hidden/z',
        'a^b',
        'a-b',
        'a]b',
        'back\\slash',
      ],
      ...['naïve', 'two\nlines', 'Cache/z', 'deep/x/1', 'deep/xx/2'],
    ];

    it.each([
      ...['cache', '*.tmp', './cache', 'cache/*', 'a*b', 'a/*', '*/b', './*/b', 'a?b', '/cache'],
      ...['cache/', 'uploads', 'deep/./a.tmp', '[[]x]', '[x', '\\[x]', 'a[!x]b', 'a[]]b'],
      ...[
        'a[^-]b',
        'a[a-y]b',
        '**',
        './**/b',
        'na?ve',
        'two*lines',
        'back\\\\slash',
        'deep/*/?',
        '*x*',
      ],
      ...['de*', 'deep/x*/*', '[!.]idden', '?hidden', '../uploads'],
    ])('%j leaves out what tar does', async (pattern) => {
      for (const path of PATHS) {
        await mkdir(join(at('uploads'), path, '..'), { recursive: true });
        await writeFile(at('uploads', path), '');
      }
      const exclude = [`--exclude=${pattern}`];
      const kept = namesOf(['--no-anchored', ...exclude, '.']);
      const patterns = resticPatterns(at('uploads'), [pattern]);
      const saved = await userOf('uploads', [pattern]).save();
      expect({ pattern, patterns, names: await storedNames(saved.snapshotId) }).toEqual({
        pattern,
        patterns,
        names: kept,
      });
    });

    /** What is in tar's archive, without folders. */
    function namesOf(argv: string[]): string[] {
      const archive = execFileSync('tar', ['-cf', '-', ...argv], { cwd: at('uploads') });
      const listed = execFileSync('tar', ['-t', '--quoting-style=literal', '--null', '-f', '-'], {
        input: archive,
      }).toString();
      return listed
        .split('\n')
        .filter((name) => !name.endsWith('/') && name !== '')
        .map((name) => name.replace(/^\.\//, ''))
        .sort();
    }

    async function storedNames(snapshotId: string): Promise<string[]> {
      const lines = (await repository.restic('ls', '--json', snapshotId)).trim().split('\n');
      const nodes = lines
        .slice(1)
        .map((line) => JSON.parse(line) as { type: string; path: string });
      return nodes
        .filter(({ type }) => type === 'file')
        .flatMap(({ path }) => path.replace('/uploads/', '').split('\n'))
        .sort();
    }
  });

  async function summaries(): Promise<Readonly<Record<string, number>>[]> {
    const listed = JSON.parse(await repository.restic('snapshots', '--json')) as {
      summary: Record<string, number>;
    }[];
    return listed.map(({ summary }) => summary);
  }
});

describeWith(['restic', 'docker'], 'a folder of a service that is stored file by file', () => {
  it('is read and restored on the host where it is mounted', async () => {
    directory = await realpath(await mkdtemp(join(tmpdir(), 'pawl-trees-')));
    repository = await createResticRepository();
    await repository.prepare();
    const service = await startService({
      service: 'api',
      hostConfig: { Binds: [`${directory}:/data`] },
    });
    const engine = createFilesEngine({ hostRunner, containers: createContainers({ docker }) });
    const userOfService = (path: string) =>
      new TreeUser(engine, repository.open(), service.site, filesEntry(path, 'api'));
    try {
      await remakeFolder(at('uploads'));
      await fillWithSome(at('uploads'));
      const before = await readTree(at('uploads'));
      const user = userOfService('/data/uploads');
      const stored = await user.save();
      await rm(at('uploads', 'value.txt'));
      const target = newTarget('/data/uploads');
      await user.restoreBeside(stored, target);
      const expected = await user.stored(stored);
      expect(await user.restored(target, expected)).toEqual(expected);
      await user.swap(target);
      expect(await readTree(at('uploads'))).toBe(before);
      // The container's own layer is nowhere on the host.
      expect(await userOfService('/etc').source()).toBeUndefined();
    } finally {
      await service.remove();
      await repository.remove();
      execFileSync('rm', ['-rf', directory]);
    }
  });
});

async function damage(folder: string): Promise<void> {
  for (const name of await readdir(folder, { recursive: true })) {
    const file = join(folder, name);
    if (!(await stat(file)).isFile()) continue;
    await chmod(file, 0o600);
    await writeFile(file, Buffer.alloc(60, 1), { flag: 'r+' });
  }
}
