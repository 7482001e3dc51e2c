import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { createFilesEngine } from '../../../activities/adapters/engines/files/create-files-engine';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import { runToEnd } from '../../../activities/adapters/process/run-to-end';
import type { CommandRunner } from '../../../activities/ports/command-runner';
import type { Part } from '../../../workflows/model/recovery-point';
import { restoreTarget } from '../../../workflows/model/restore-target';
import { dumpWhole, newAttempt, type WholeDump } from '../engine-user';
import { filesEntry, hostSite } from './folder-bench';

const containers = {
  runner: () => Promise.reject(new Error('no containers here')),
  mounts: () => Promise.reject(new Error('no containers here')),
  address: () => Promise.reject(new Error('no containers here')),
};
const engine = createFilesEngine({ hostRunner, containers });
const entry = filesEntry('uploads');
const part: Part = {
  name: 'uploads',
  entry: 'uploads',
  engine: 'files',
  kind: 'directory',
  source: 'uploads',
};

let directory = '';
const at = (...names: string[]): string => join(directory, ...names);
const run = (program: string, ...argv: string[]): string =>
  execFileSync(program, argv, { cwd: directory, stdio: ['ignore', 'pipe', 'ignore'] }).toString();

/** Whether the file system of the tests, and its programs, know ACLs and attributes of root's. */
const canKeep = (() => {
  try {
    const folder = execFileSync('mktemp', ['-d']).toString().trim();
    execFileSync('setfacl', ['-m', 'u:7:r', folder], { stdio: 'ignore' });
    execFileSync('setfattr', ['-n', 'trusted.t', '-v', 't', folder], { stdio: 'ignore' });
    execFileSync('rmdir', [folder]);
    return true;
  } catch {
    return false;
  }
})();

beforeEach(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), 'pawl-attributes-')));
  await mkdir(at('uploads'));
});
afterEach(() => {
  // Node's own fails on paths that are too long.
  execFileSync('rm', ['-rf', directory]);
});

async function dump(of = engine): Promise<Pick<WholeDump, 'bytes' | 'facts'>> {
  return dumpWhole(of, hostSite(directory), entry, part);
}

async function restore({ bytes, facts }: Pick<WholeDump, 'bytes' | 'facts'>, number: number) {
  const [site, target] = [hostSite(directory), restoreTarget('uploads', number)];
  await engine.prepare({ site, entry, part, target, attempt: newAttempt() });
  const sink = await engine.receive({ site, entry, part, target, attempt: newAttempt() });
  await pipeline(Readable.from([bytes]), sink.stream);
  await sink.finish();
  const digest = await engine.digest({
    site,
    entry,
    part,
    target,
    expected: facts.contents,
    attempt: newAttempt(),
  });
  return {
    digest,
    swap: () => engine.swap({ site, entry, part, target, attempt: newAttempt() }),
    swapBack: () => engine.swapBack({ site, entry, part, target, attempt: newAttempt() }),
  };
}

(canKeep ? describe : describe.skip)('ACLs and extended attributes', () => {
  const all = (): string =>
    run('getfacl', '-R', '-n', '-t', 'uploads') + run('getfattr', '-R', '-d', '-m', '-', 'uploads');

  function give(path: string): void {
    run('setfacl', '-m', 'u:1000:rwx,g:5000:r', path);
    run('setfacl', '-d', '-m', 'u:1000:rwx', path);
    run('setfattr', '-n', 'user.with=equals', '-v', '0x00ff0a3d', path);
    run('setfattr', '-n', 'trusted.mark', '-v', 'x', path);
  }

  beforeEach(async () => {
    await mkdir(at('uploads/inner'));
    await writeFile(at('uploads/program'), 'program');
    give('uploads');
    give('uploads/inner');
    const capability = '0x0100000200200000000000000000000000000000';
    run('setfattr', '-n', 'security.capability', '-v', capability, 'uploads/program');
    run('touch', '-d', '@1000000000.5', 'uploads');
  });

  it('come back with a lost folder and over one, on the folder itself too, and go with an undoing', async () => {
    const before = all();
    const whole = await dump();
    await rm(at('uploads'), { recursive: true });
    const lost = await restore(whole, 1);
    expect(lost.digest).toEqual(whole.facts.contents);
    await lost.swap();
    expect(all()).toBe(before);
    expect((await stat(at('uploads'))).mtimeMs).toBe(1_000_000_000_500);
    run('setfacl', '-R', '-b', 'uploads');
    run('setfattr', '-x', 'security.capability', 'uploads/program');
    const changed = all();
    expect(changed).not.toBe(before);
    const over = await restore(whole, 2);
    await over.swap();
    expect(all()).toBe(before);
    await over.swapBack();
    expect(all()).toBe(changed);
  });

  it.each([
    ['an ACL', ['setfacl', '-m', 'u:1001:r', 'uploads/inner']],
    ['a default ACL of the folder itself', ['setfacl', '-k', 'uploads']],
    ['an attribute of the folder itself', ['setfattr', '-x', 'trusted.mark', 'uploads']],
    ['a capability', ['setfattr', '-x', 'security.capability', 'uploads/program']],
  ])('are in the digest: %s', async (_title, [program = '', ...argv]) => {
    const before = (await dump()).facts.contents;
    run(program, ...argv);
    expect((await dump()).facts.contents).not.toEqual(before);
  });

  it('are compared as an older manifest did, and stay out of its digest', async () => {
    const whole = await dump();
    const plain = 'tar:sum-sha256(type,path,mode,uid,gid,size,mtime,link,content)/1';
    const expected = [{ name: '.', rows: 2, digest: '', method: plain }];
    const older = await restore({ ...whole, facts: { ...whole.facts, contents: expected } }, 1);
    const later = await restore(whole, 2);
    expect(older.digest[0]).toMatchObject({ rows: 2, method: plain });
    expect(later.digest).toEqual(whole.facts.contents);
  });

  it('are refused by name where the file system has none', async () => {
    const whole = await dump();
    await rm(at('uploads'), { recursive: true });
    await mkdir(at('uploads'));
    run('mount', '-t', 'ramfs', 'ramfs', 'uploads');
    try {
      await expect(restore(whole, 1)).rejects.toMatchObject({
        kind: 'PreconditionFailed',
        message: expect.stringMatching(/attribute|ACL/) as string,
      });
    } finally {
      run('umount', 'uploads');
    }
  });
});

describe('files with holes', () => {
  it('keep them, cost no more than what is in them, and are proved by content', async () => {
    run('truncate', '-s', '300M', 'uploads/disk');
    run('dd', 'if=/bin/true', 'of=uploads/disk', 'bs=1M', 'seek=200', 'conv=notrunc');
    run('truncate', '-s', '5M', 'uploads/empty');
    await writeFile(at('uploads/zeros'), Buffer.alloc(1_000_000));
    const { parts } = await engine.observe({
      site: hostSite(directory),
      entry,
      attempt: newAttempt(),
    });
    expect(parts[0]?.expectedBytes).toBeLessThan(4_000_000);
    const whole = await dump();
    expect(whole.bytes.length).toBeLessThan(2_000_000);
    const restored = await restore(whole, 1);
    expect(restored.digest).toEqual(whole.facts.contents);
    await restored.swap();
    const { size, blocks } = await stat(at('uploads/disk'));
    expect([size, blocks < 1000]).toEqual([300 * 1024 ** 2, true]);
    run('cmp', 'uploads_before_1/disk', 'uploads/disk');
  });

  it('have the same digest as without them, and another one when a byte is moved', async () => {
    const content = Buffer.concat([
      Buffer.alloc(9000, 1),
      Buffer.alloc(20_000),
      Buffer.alloc(5, 2),
    ]);
    await writeFile(at('uploads/disk'), content);
    run('touch', '-d', '@5', 'uploads/disk');
    const full = (await dump()).facts.contents;
    run('cp', '--sparse=always', '--preserve=all', 'uploads/disk', 'sparse');
    run('mv', 'sparse', 'uploads/disk');
    expect((await dump()).facts.contents).toEqual(full);
    run('dd', 'if=/dev/zero', 'of=uploads/disk', 'bs=1', 'seek=8999', 'count=1', 'conv=notrunc');
    run('touch', '-d', '@5', 'uploads/disk');
    expect((await dump()).facts.contents).not.toEqual(full);
  });
});

describe('what cannot be saved', () => {
  it('refuses paths that could not be unpacked, and says where', async () => {
    const name = 'd'.repeat(250);
    execFileSync(
      'bash',
      ['-c', `for i in $(seq 17); do mkdir ${name} && cd ${name}; done; > end`],
      {
        cwd: at('uploads'),
      },
    );
    await expect(dump()).rejects.toMatchObject({
      kind: 'PreconditionFailed',
      message: expect.stringContaining('4,093') as string,
    });
  });

  it('leaves out what vanishes under BusyBox tar, and names it', async () => {
    const busybox = onPath('busybox');
    if (busybox === undefined) return;
    await mkdir(at('bin'));
    for (const name of ['tar', 'du']) run('ln', '-s', busybox, `bin/${name}`);
    const env = { PATH: `${at('bin')}:${process.env['PATH'] ?? ''}` };
    const applets: CommandRunner = {
      location: 'host',
      spawn: (argv, options) => hostRunner.spawn(argv, { ...options, env }),
      run: (argv, options) => runToEnd(applets, argv, options),
    };
    for (let index = 0; index < 400; index++) {
      await writeFile(at('uploads', `file-${index}`), Buffer.alloc(2000, 1));
    }
    const poor = createFilesEngine({ hostRunner: applets, containers });
    const { notes } = await poor.observe({
      site: hostSite(directory),
      entry,
      attempt: newAttempt(),
    });
    expect(notes.join()).toMatch(/no ACLs.*no extended attributes.*no holes/);
    const source = await poor.dump({
      site: hostSite(directory),
      entry,
      part,
      attempt: newAttempt(),
    });
    // The pipe is full by now, and most names are only known to it.
    while (source.stream.readableLength === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
    for (const name of await readdir(at('uploads'))) await rm(at('uploads', name));
    source.stream.resume();
    const facts = await source.finish();
    expect(facts.notes.join()).toMatch(/disappeared.*file-.* more/);
    expect(facts.contents[0]?.rows).toBeLessThan(400);
  });
});

function onPath(program: string): string | undefined {
  try {
    return execFileSync('which', [program]).toString().trim();
  } catch {
    return undefined;
  }
}
