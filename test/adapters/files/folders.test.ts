import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  mkdir,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { createFilesEngine } from '../../../activities/adapters/engines/files/create-files-engine';
import { findTar } from '../../../activities/adapters/engines/files/find-tar';
import { findLayout } from '../../../activities/adapters/engines/files/restore-layout';
import {
  swapBackEntries,
  swapEntries,
} from '../../../activities/adapters/engines/files/swap-entries';
import { hostAccess } from '../../../activities/adapters/engines/files/host-access';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import type { Part } from '../../../workflows/model/recovery-point';
import type { FilesEntry } from '../../../workflows/model/stack';
import { restoreTarget, type RestoreTarget } from '../../../workflows/model/restore-target';
import { dumpWhole, newAttempt } from '../engine-user';
import { filesEntry, hostSite, newDirectory } from './folder-bench';
import { fillWithMuch, readTree } from './tree-on-disk';

const containers = {
  runner: () => Promise.reject(new Error('no containers here')),
  mounts: () => Promise.reject(new Error('no containers here')),
  address: () => Promise.reject(new Error('no containers here')),
};
const engine = createFilesEngine({ hostRunner, containers });

describe('folders of the host', () => {
  let directory = '';
  const at = (...names: string[]): string => join(directory, ...names);
  const site = () => hostSite(directory);

  beforeEach(async () => {
    directory = await realpath(await newDirectory());
    await mkdir(at('uploads'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  async function observe(entry: FilesEntry) {
    const observed = await engine.observe({ site: site(), entry, attempt: newAttempt() });
    const [only] = observed.parts;
    if (only === undefined) throw new Error('no part');
    return { ...observed, part: only.part, expectedBytes: only.expectedBytes };
  }

  async function dump(entry: FilesEntry) {
    const { part } = await observe(entry);
    return { part, ...(await dumpWhole(engine, site(), entry, part)) };
  }

  async function restoreBeside(
    entry: FilesEntry,
    bytes: Buffer,
    target: RestoreTarget,
    known?: Part,
  ) {
    const part = known ?? (await observe(entry)).part;
    await engine.prepare({ site: site(), entry, part, target, attempt: newAttempt() });
    const sink = await engine.receive({ site: site(), entry, part, target, attempt: newAttempt() });
    await pipeline(Readable.from([bytes]), sink.stream).catch(() => undefined);
    await sink.finish();
  }

  it('gives equal streams for equal folders, so that a repository stores them once', async () => {
    await writeFile(at('uploads', 'a'), 'a');
    const first = await dump(filesEntry('uploads'));
    const second = await dump(filesEntry('./uploads/'));
    expect(second.bytes.equals(first.bytes)).toBe(true);
    expect(second.part.source).toBe('./uploads');
  });

  it('leaves out what is excluded, and what restores have kept, and says so', async () => {
    for (const name of ['a', 'b.tmp', 'cache/x', 'deep/cache/y', '.pawl_before_7/old']) {
      await mkdir(join(at('uploads', name), '..'), { recursive: true });
      await writeFile(at('uploads', name), 'some bytes');
    }
    const entry = filesEntry('uploads', undefined, ['*.tmp', 'cache/*']);
    const { notes } = await observe(entry);
    expect(notes).toContainEqual(expect.stringContaining('*.tmp, cache/*'));
    const { bytes } = await dump(entry);
    expect(namesIn(bytes)).toEqual(['./', './a', './cache/', './deep/', './deep/cache/']);
  });

  it('says of a file that it is not a folder', async () => {
    await writeFile(at('site.db'), 'x');
    await expect(
      engine.observe({ site: site(), entry: filesEntry('site.db'), attempt: newAttempt() }),
    ).rejects.toThrow(`${at('site.db')} on this host is not a folder`);
  });

  it('counts as many bytes as there are', async () => {
    await fillWithMuch(at('uploads'));
    const { expectedBytes } = await observe(filesEntry('uploads'));
    expect(expectedBytes).toBeGreaterThanOrEqual(48 * 1024 * 1024);
    expect(expectedBytes).toBeLessThan(49 * 1024 * 1024);
  });

  it('leaves sockets out and says so', async () => {
    const server = createServer().listen(at('uploads', 'app.sock'));
    await once(server, 'listening');
    const { facts } = await dump(filesEntry('uploads'));
    server.close();
    expect(facts.notes).toEqual([expect.stringContaining('./app.sock')]);
  });

  it('names the files that changed while they were read, and stores them', async () => {
    await fillWithMuch(at('uploads'));
    const { part } = await observe(filesEntry('uploads'));
    const source = await engine.dump({
      site: site(),
      entry: filesEntry('uploads'),
      part,
      attempt: newAttempt(),
    });
    await once(source.stream, 'readable');
    await writeFile(at('uploads', 'file-9'), 'shorter');
    await rm(at('uploads', 'file-8'));
    source.stream.resume();
    const { notes } = await source.finish();
    expect(notes.join(' ')).toMatch(/disappeared.*file-8/);
  });

  it('follows a symbolic link to the folder, and `..` that the operator wrote', async () => {
    await mkdir(at('elsewhere'));
    await writeFile(at('elsewhere', 'a'), 'a');
    await symlink('elsewhere', at('link'));
    const linked = await dump(filesEntry('link'));
    const dotted = await dump(filesEntry('uploads/../elsewhere'));
    expect(linked.facts.contents).toEqual(dotted.facts.contents);
    const target = restoreTarget('link', 3);
    await restoreBeside(filesEntry('link'), linked.bytes, target);
    expect((await readdir(directory)).sort()).toContain('elsewhere_restoring_3');
  });

  it('is told apart by its method of digest, and digests through the whole restored tree', async () => {
    await writeFile(at('uploads', 'a'), 'a');
    const { bytes, facts, part } = await dump(filesEntry('uploads'));
    const target = restoreTarget('uploads', 1);
    await restoreBeside(filesEntry('uploads'), bytes, target);
    await writeFile(at('uploads_restoring_1/.pawl_tree', 'intruder'), '');
    const entry = filesEntry('uploads');
    const found = await engine.digest({
      site: site(),
      entry,
      part,
      target,
      expected: facts.contents,
      attempt: newAttempt(),
    });
    expect(found).not.toEqual(facts.contents);
    expect(found[0]?.method).toBe(facts.contents[0]?.method);
  });

  it.each([
    ['above it', '../escaped'],
    ['by an absolute path', '/tmp/pawl-escaped'],
    ['in the middle', 'a/../../escaped'],
  ])('refuses a tar with an entry outside the folder, %s', async (_title, name) => {
    await writeFile(at('evil'), 'evil');
    const transform = `--transform=s,.*,${name},`;
    const argv = ['-c', '-P', transform, '-C', directory, 'evil'];
    const restore = restoreBeside(
      filesEntry('uploads'),
      execFileSync('tar', argv),
      restoreTarget('uploads', 1),
    );
    await expect(restore).rejects.toMatchObject({ kind: 'VerificationFailed' });
    expect(await readdir(directory)).not.toContain('escaped');
  });

  it('refuses to write over a name that appeared during the swap, and can be undone', async () => {
    await writeFile(at('uploads', 'a'), 'restored');
    const { bytes, part } = await dump(filesEntry('uploads'));
    const entry = filesEntry('uploads');
    const target = restoreTarget('uploads', 1);
    await restoreBeside(entry, bytes, target);
    await mkdir(at('uploads_before_1'));
    await rm(at('uploads', 'a'));
    await writeFile(at('uploads_before_1', 'a'), 'old');
    execFileSync('mv', [at('uploads_restoring_1'), at('uploads_restoring_1.swapping')]);
    await writeFile(at('uploads', 'a'), 'written by the application');
    const swap = engine.swap({ site: site(), entry, part, target, attempt: newAttempt() });
    await expect(swap).rejects.toMatchObject({ kind: 'PreconditionFailed' });
    await engine.swapBack({ site: site(), entry, part, target, attempt: newAttempt() });
    expect(execFileSync('cat', [at('uploads', 'a')]).toString()).toBe('old');
  });

  it('can be undone when the application wrote names again that were moved away, and keeps what is new', async () => {
    for (const name of ['a', 'b']) await writeFile(at('uploads', name), 'old');
    const { bytes, part } = await dump(filesEntry('uploads'));
    const [entry, target] = [filesEntry('uploads'), restoreTarget('uploads', 1)];
    await restoreBeside(entry, bytes, target);
    await mkdir(at('uploads_before_1'));
    await rename(at('uploads', 'a'), at('uploads_before_1', 'a'));
    await writeFile(at('uploads', 'a'), 'written again');
    await writeFile(at('uploads', 'new'), 'new');
    const swap = engine.swap({ site: site(), entry, part, target, attempt: newAttempt() });
    await expect(swap).rejects.toMatchObject({ kind: 'PreconditionFailed' });
    await engine.swapBack({ site: site(), entry, part, target, attempt: newAttempt() });
    expect((await readdir(at('uploads'))).sort()).toEqual(['a', 'b', 'new']);
    expect(await readFile(at('uploads', 'a'), 'utf8')).toBe('old');
    await engine.discardBeside({ site: site(), entry, part, target, attempt: newAttempt() });
    expect(await readdir(directory)).toEqual(['uploads']);
  });

  it.each([
    ['beside the folder', false],
    ['inside the folder', true],
  ])(
    'goes on %s where it was begun, also when there is room elsewhere now',
    async (_where, inside) => {
      const place = hostAccess(hostRunner, newAttempt().signal);
      const mounted = (now: boolean) => ({ ...place, mustStayInside: () => Promise.resolve(now) });
      const target = restoreTarget(at('uploads'), 1);
      await writeFile(at('uploads', 'a'), 'old');
      const begun = await findLayout(mounted(inside), at('uploads'), target);
      await mkdir(begun.beside, { mode: 0o700 });
      await mkdir(begun.tree);
      await writeFile(join(begun.tree, 'a'), 'restored');
      const later = mounted(!inside);
      const tar = await findTar(later);
      await swapEntries(later, await findLayout(later, at('uploads'), target), tar);
      expect(await readFile(at('uploads', 'a'), 'utf8')).toBe('restored');
      await swapBackEntries(later, await findLayout(later, at('uploads'), target), tar);
      expect(await readFile(at('uploads', 'a'), 'utf8')).toBe('old');
      expect(await readdir(directory)).toEqual(['uploads']);
      expect(await readdir(at('uploads'))).toEqual(['a']);
    },
  );

  it('takes what was written into the folder before the swap for what is to be kept', async () => {
    await writeFile(at('uploads', 'a'), 'old');
    const { bytes, part } = await dump(filesEntry('uploads'));
    const [entry, target] = [filesEntry('uploads'), restoreTarget('uploads', 1)];
    await rm(at('uploads'), { recursive: true });
    await restoreBeside(entry, bytes, target, part);
    await mkdir(at('uploads'));
    await writeFile(at('uploads', 'late'), 'made since');
    expect(await engine.swap({ site: site(), entry, part, target, attempt: newAttempt() })).toEqual(
      { kept: true },
    );
    expect(await readdir(at('uploads'))).toEqual(['a']);
    expect(await readFile(at('uploads_before_1', 'late'), 'utf8')).toBe('made since');
    await engine.swapBack({ site: site(), entry, part, target, attempt: newAttempt() });
    expect(await readdir(at('uploads'))).toEqual(['late']);
  });

  it('restores mode and owner of the folder itself, and brings them back', async () => {
    await chmod(at('uploads'), 0o2770);
    const { bytes, part } = await dump(filesEntry('uploads'));
    await chmod(at('uploads'), 0o711);
    const before = await readTree(at('uploads'));
    const [entry, target] = [filesEntry('uploads'), restoreTarget('uploads', 1)];
    await restoreBeside(entry, bytes, target);
    await engine.swap({ site: site(), entry, part, target, attempt: newAttempt() });
    expect(await readTree(at('uploads'))).toContain('42770');
    await engine.swapBack({ site: site(), entry, part, target, attempt: newAttempt() });
    expect(await readTree(at('uploads'))).toBe(before);
  });

  it('goes on with an undoing that was killed, and loses nothing of what was kept', async () => {
    const [entry, into] = [filesEntry('uploads'), at('uploads')];
    for (const name of ['a', 'b', 'c']) await writeFile(join(into, name), 'restored');
    const { bytes, part } = await dump(entry);
    for (const name of ['a', 'b', 'c']) await writeFile(join(into, name), 'old');
    const before = await readTree(into);
    for (const number of [1, 2]) {
      const target = restoreTarget('uploads', number);
      await restoreBeside(entry, bytes, target);
      await engine.swap({ site: site(), entry, part, target, attempt: newAttempt() });
      const [beside, keep] = [`${into}${target.besideSuffix}`, `${into}${target.keepSuffix}`];
      await mkdir(`${beside}.dropped`);
      await mkdir(`${beside}.swapping`);
      await rename(join(into, 'a'), join(`${beside}.dropped`, 'a'));
      if (number === 2) {
        for (const name of ['b', 'c'])
          await rename(join(into, name), join(`${beside}.dropped`, name));
        await rename(`${beside}.swapping`, `${beside}.dropping`);
        await rename(join(keep, 'b'), join(into, 'b'));
      }
      await engine.swapBack({ site: site(), entry, part, target, attempt: newAttempt() });
      expect(await readTree(into)).toBe(before);
      expect(await readdir(directory)).toEqual(['uploads']);
    }
  });

  it('refuses to swap when nothing was restored', async () => {
    const { part } = await observe(filesEntry('uploads'));
    const swap = engine.swap({
      site: site(),
      entry: filesEntry('uploads'),
      part,
      target: restoreTarget('uploads', 1),
      attempt: newAttempt(),
    });
    await expect(swap).rejects.toMatchObject({ kind: 'PreconditionFailed' });
  });

  it('refuses to prepare over what an older restore of the same number has kept', async () => {
    await mkdir(at('uploads_before_1'));
    const { part } = await observe(filesEntry('uploads'));
    const prepare = engine.prepare({
      site: site(),
      entry: filesEntry('uploads'),
      part,
      target: restoreTarget('uploads', 1),
      attempt: newAttempt(),
    });
    await expect(prepare).rejects.toMatchObject({ kind: 'PreconditionFailed' });
  });

  it('builds inside a folder whose neighbour is on another file system', async () => {
    const place = hostAccess(hostRunner, newAttempt().signal);
    expect(await place.mustStayInside('/proc')).toBe(true);
    expect(await place.mustStayInside(at('uploads'))).toBe(false);
  });

  it('refuses a file in the place of the folder', async () => {
    await writeFile(at('file'), '');
    await expect(observe(filesEntry('file'))).rejects.toMatchObject({ kind: 'PreconditionFailed' });
  });
});

function namesIn(tar: Buffer): string[] {
  return execFileSync('tar', ['-t'], { input: tar }).toString().trim().split('\n');
}
