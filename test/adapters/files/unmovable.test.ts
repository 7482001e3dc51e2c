import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { createFilesEngine } from '../../../activities/adapters/engines/files/create-files-engine';
import { findTar } from '../../../activities/adapters/engines/files/find-tar';
import { hostAccess } from '../../../activities/adapters/engines/files/host-access';
import { findLayout } from '../../../activities/adapters/engines/files/restore-layout';
import {
  swapBackEntries,
  swapEntries,
} from '../../../activities/adapters/engines/files/swap-entries';
import { createContainers } from '../../../activities/adapters/docker/create-containers';
import type { TarProgram } from '../../../activities/adapters/engines/files/tar-commands';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import type { ObservedPart } from '../../../activities/ports/engine';
import type { Part } from '../../../workflows/model/recovery-point';
import { restoreTarget } from '../../../workflows/model/restore-target';
import { docker } from '../../support/docker';
import { describeWith } from '../../support/requirements';
import { startService } from '../docker/service-container';
import { dumpWhole, newAttempt } from '../engine-user';
import { filesEntry, hostSite, newDirectory } from './folder-bench';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';

const NO_CONTAINERS = {
  runner: () => Promise.reject(new Error('no containers here')),
  mounts: () => Promise.reject(new Error('no containers here')),
  address: () => Promise.reject(new Error('no containers here')),
};

/** Mounts, and file attributes, of a kernel that lets us. */
const canMount = (() => {
  try {
    const folder = execFileSync('mktemp', ['-d']).toString().trim();
    execFileSync('mount', ['--bind', folder, folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    execFileSync('chattr', ['+i', folder], { stdio: 'ignore' });
    execFileSync('chattr', ['-i', folder]);
    execFileSync('rmdir', [folder]);
    return true;
  } catch {
    return false;
  }
})();

const MOUNTED = ['mounted folder', 'mounted file', 'mounted deep inside'] as const;
const FIXED = ['immutable file', 'immutable folder', 'append-only file'] as const;
type Kind = 'file' | 'folder' | 'link' | (typeof MOUNTED)[number] | (typeof FIXED)[number];

(canMount ? describe : describe.skip)('entries that cannot be moved', () => {
  let directory = '';
  const at = (...names: string[]): string => join(directory, ...names);
  const target = restoreTarget('', 1);
  let undoMounts: (() => void)[] = [];
  let tar: TarProgram | undefined;

  beforeEach(async () => {
    directory = await realpath(await newDirectory());
  });
  afterEach(async () => {
    clear();
    await rm(directory, { recursive: true, force: true });
  });

  function clear(): void {
    for (const undo of undoMounts.reverse()) undo();
    undoMounts = [];
    for (const name of readdirSync(directory)) rmSync(at(name), { recursive: true, force: true });
  }

  function make(folder: string, name: string, kind: Kind): void {
    const path = join(folder, name);
    if (kind === 'link') execFileSync('ln', ['-s', 'nowhere', path]);
    else if (/folder|deep/.test(kind)) mkdirSync(path, { recursive: true });
    else writeFileSync(path, `${kind} ${folder}`);
    if (kind === 'folder' || kind === 'immutable folder') writeFileSync(join(path, 'in it'), kind);
    if (kind === 'mounted folder') mount(path);
    if (kind === 'mounted file') mount(path);
    if (kind === 'mounted deep inside') {
      mkdirSync(join(path, 'deep/er'), { recursive: true });
      writeFileSync(join(path, 'deep/beside it'), folder);
      writeFileSync(join(path, 'above it'), folder);
      mount(join(path, 'deep/er'));
    }
    const flag = kind.startsWith('immutable') ? 'i' : 'a';
    if (!FIXED.some((fixed) => fixed === kind)) return;
    execFileSync('chattr', [`+${flag}`, path]);
    undoMounts.push(() => execFileSync('chattr', [`-${flag}`, path]));
  }

  /** A bind mount of the same file system: st_dev does not tell it. */
  function mount(path: string): void {
    const source = at(`source-${undoMounts.length}`);
    if (lstatSync(path).isDirectory()) {
      mkdirSync(source);
      writeFileSync(join(source, 'on it'), 'mounted');
    } else writeFileSync(source, 'mounted');
    execFileSync('mount', ['--bind', source, path]);
    undoMounts.push(() => execFileSync('umount', [path]));
  }

  /** The folder's own mode, and each file and folder in it by its path and identity: where it was moved to would show. */
  function seen(folder: string, under = ''): string[] {
    const own = under === '' ? [`. ${lstatSync(folder).mode}`] : [];
    const within = readdirSync(join(folder, under))
      .filter((name) => under !== '' || !name.startsWith('.pawl_'))
      .flatMap((name) => {
        const path = join(under, name);
        const info = lstatSync(join(folder, path));
        const content = info.isFile() ? readFileSync(join(folder, path), 'utf8') : '';
        const line = `${path} ${info.ino} ${info.mode} ${content}`;
        return info.isDirectory() ? [line, ...seen(folder, path)] : [line];
      });
    return [...own, ...within].sort();
  }

  /** Dies before the n-th of the entries it moves and the programs it starts; 0 never does. */
  async function attempt(dieAt: number, canTell: boolean) {
    tar ??= await findTar({ runner: hostRunner, options: {} });
    const { signal } = new AbortController();
    let checks = 0;
    signal.throwIfAborted = () => {
      checks += 1;
      if (dieAt > 0 && checks >= dieAt) throw new Error('killed');
    };
    const real = hostAccess(hostRunner, signal);
    // As where nothing tells before: in a container, or when it was made so since.
    const place = canTell ? real : { ...real, assertMovable: () => Promise.resolve() };
    const layout = await findLayout(place, at('into'), target);
    return { place, layout, tar };
  }

  async function swap(dieAt = 0, canTell = true): Promise<string> {
    const { place, layout, tar } = await attempt(dieAt, canTell);
    return swapEntries(place, layout, tar).then(() => 'done', told);
  }

  async function swapBack(dieAt = 0): Promise<string> {
    const { place, layout, tar } = await attempt(dieAt, true);
    return swapBackEntries(place, layout, tar).then(() => 'done', told);
  }

  function build(entries: readonly Kind[], restored: readonly boolean[]): void {
    clear();
    mkdirSync(at('into'));
    entries.forEach((kind, index) => {
      make(at('into'), `entry ${index}*`, kind);
    });
    mkdirSync(at('into_restoring_1/.pawl_tree'), { recursive: true, mode: 0o700 });
    restored.forEach((isThere, index) => {
      const [folder, name] = [at('into_restoring_1/.pawl_tree'), `entry ${index}*`];
      if (!isThere) return;
      if (entries[index] === 'mounted deep inside') {
        mkdirSync(join(folder, name, 'deep'), { recursive: true });
        writeFileSync(join(folder, name, 'deep/new'), 'restored');
      } else writeFileSync(join(folder, name), 'restored');
    });
    writeFileSync(at('into_restoring_1/.pawl_tree/new'), 'restored');
  }

  const movable = fc.constantFrom<Kind>('file', 'folder', 'link');
  const someOf = (kinds: readonly Kind[]) =>
    fc
      .tuple(
        fc.array(movable, { maxLength: 4 }),
        fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 2 }),
      )
      .chain(([plain, odd]) =>
        fc.shuffledSubarray([...plain, ...odd], { minLength: plain.length + odd.length }),
      );
  const restored = fc.array(fc.boolean(), { minLength: 6, maxLength: 6 });
  const deaths = fc.array(fc.nat(40), { maxLength: 3 });

  it('keeps mounts in place, moves all else, whenever it is killed, and brings all of it back', async () => {
    await fc.assert(
      fc.asyncProperty(
        someOf(MOUNTED),
        restored,
        deaths,
        deaths,
        async (entries, there, killed, killedAgain) => {
          build(entries, there);
          const before = seen(at('into'));
          for (const dieAt of killed) await swap(dieAt);
          expect(await swap()).toBe('done');
          for (const mounted of before.filter((line) => line.endsWith('mounted'))) {
            expect(seen(at('into'))).toContain(mounted);
          }
          const now = [...seen(at('into')), ...seen(at('into_before_1'))];
          expect(now).toEqual(expect.arrayContaining(before.filter(isNoFolder)));
          expect(readFileSync(at('into/new'), 'utf8')).toBe('restored');
          for (const dieAt of killedAgain) await swapBack(dieAt);
          expect(await swapBack()).toBe('done');
          expect(seen(at('into'))).toEqual(before);
          expect(readdirSync(directory).filter((name) => /^into./.test(name))).toEqual([]);
        },
      ),
      { numRuns: 6 },
    );
  });

  it('leaves everything where it was when a swap is undone in the middle', async () => {
    await fc.assert(
      fc.asyncProperty(
        someOf([...MOUNTED, ...FIXED]),
        restored,
        fc.integer({ min: 1, max: 40 }),
        deaths,
        async (entries, there, dieAt, killedAgain) => {
          build(entries, there);
          chmodSync(at('into'), 0o751);
          const before = seen(at('into'));
          await swap(dieAt, false);
          for (const again of killedAgain) await swapBack(again);
          expect(await swapBack()).toBe('done');
          expect(seen(at('into'))).toEqual(before);
          expect(readdirSync(directory)).not.toContain('into_before_1');
        },
      ),
      {
        numRuns: 6,
        // Killed between a folder on the way to a mount and its attributes.
        examples: [[['mounted deep inside'], Array(6).fill(false) as boolean[], 7, []]],
      },
    );
  });

  it.each(FIXED)(
    'refuses before anything is moved, and names what stands against it: %s',
    async (kind) => {
      build(['file', kind, 'folder'], [true]);
      const before = seen(at('into'));
      expect(await swap()).toMatch(/entry 1\*/);
      expect(seen(at('into'))).toEqual(before);
      expect(await swapBack()).toBe('done');
      expect(seen(at('into'))).toEqual(before);
    },
  );

  it('tells of mounts, and refuses what is immutable, in the plan and before the copy', async () => {
    const engine = createFilesEngine({ hostRunner, containers: NO_CONTAINERS });
    build(['file', 'mounted folder', 'mounted deep inside'], []);
    rmSync(at('into_restoring_1'), { recursive: true });
    const [site, entry, into] = [hostSite(directory), filesEntry('into'), restoreTarget('into', 2)];
    const { parts, notes } = await engine.observe({ site, entry, attempt: newAttempt() });
    expect(notes.join()).toContain('entry 1*, entry 2*/deep/er are mounted');
    const part = only(parts);
    const seenTarget = await engine.observeTarget({
      site,
      entry,
      part,
      target: into,
      attempt: newAttempt(),
    });
    expect(seenTarget.notes?.join()).toContain('entry 1*, entry 2*/deep/er are mounted');
    make(at('into'), 'fixed', 'immutable file');
    const before = seen(at('into'));
    for (const refused of [
      engine.observeTarget({ site, entry, part, target: into, attempt: newAttempt() }),
      engine.prepare({ site, entry, part, target: into, attempt: newAttempt() }),
    ]) {
      const error: unknown = await refused.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toMatchObject({
        kind: 'PreconditionFailed',
        message: expect.stringContaining('fixed') as string,
      });
    }
    await engine.discardBeside({ site, entry, part, target: into, attempt: newAttempt() });
    expect(seen(at('into'))).toEqual(before);
  });

  it('never deletes what is mounted in what it drops', async () => {
    const engine = createFilesEngine({ hostRunner, containers: NO_CONTAINERS });
    const part = {
      name: 'into',
      entry: 'into',
      engine: 'files' as const,
      kind: 'directory' as const,
      source: 'into',
    };
    mkdirSync(at('into'));
    mkdirSync(at('into_before_3/share'), { recursive: true });
    mount(at('into_before_3/share'));
    const drop = () =>
      engine.discardKept({
        site: hostSite(directory),
        entry: filesEntry('into'),
        part,
        target: restoreTarget('into', 3),
        attempt: newAttempt(),
      });
    await expect(drop()).rejects.toMatchObject({
      message: expect.stringContaining('share') as string,
    });
    expect(readFileSync(at('into_before_3/share/on it'), 'utf8')).toBe('mounted');
  });
});

describeWith(['docker'], 'entries that cannot be moved in a service', () => {
  it('keeps a nested volume and a mounted file, names what is immutable, and undoes it', async () => {
    const directory = await realpath(await newDirectory());
    for (const name of ['site', 'nested']) mkdirSync(join(directory, name));
    writeFileSync(join(directory, 'config'), 'of the host');
    for (const name of ['a', 'b', 'c']) writeFileSync(join(directory, 'site', name), 'old');
    const Binds = [
      `${directory}/site:/site`,
      `${directory}/nested:/site/x/nested[1]`,
      `${directory}/config:/site/config.ini`,
    ];
    const service = await startService({ service: 'api', hostConfig: { Binds } });
    try {
      const engine = createFilesEngine({ hostRunner, containers: createContainers({ docker }) });
      const [entry, into] = [filesEntry('/site', 'api'), restoreTarget('/site', 1)];
      writeFileSync(join(directory, 'nested', 'n'), 'nested');
      writeFileSync(join(directory, 'site/x/other'), 'old');
      const { parts, notes } = await engine.observe({
        site: service.site,
        entry,
        attempt: newAttempt(),
      });
      expect(notes.join()).toContain('config.ini, x/nested[1] are mounted');
      const part = only(parts);
      const { bytes, facts } = await dumpWhole(engine, service.site, entry, part);
      const seenTarget = await engine.observeTarget({
        site: service.site,
        entry,
        part,
        target: into,
        attempt: newAttempt(),
      });
      expect(seenTarget.notes?.join()).toContain('config.ini, x/nested[1] are mounted');
      for (const name of ['a', 'x/other']) writeFileSync(join(directory, 'site', name), 'changed');
      await engine.prepare({
        site: service.site,
        entry,
        part,
        target: into,
        attempt: newAttempt(),
      });
      const sink = await engine.receive({
        site: service.site,
        entry,
        part,
        target: into,
        attempt: newAttempt(),
      });
      await pipeline(Readable.from([bytes]), sink.stream);
      await sink.finish();
      expect(
        await engine.digest({
          site: service.site,
          entry,
          part,
          target: into,
          expected: facts.contents,
          attempt: newAttempt(),
        }),
      ).toEqual(facts.contents);
      const read = (name: string): string => readFileSync(join(directory, 'site', name), 'utf8');
      const fixed = canMount ? join(directory, 'site', 'c') : undefined;
      if (fixed !== undefined) {
        execFileSync('chattr', ['+i', fixed]);
        const refused = engine.swap({
          site: service.site,
          entry,
          part,
          target: into,
          attempt: newAttempt(),
        });
        await expect(refused).rejects.toMatchObject({
          message: expect.stringMatching(/\bc\b.*out of/) as string,
        });
        await engine.swapBack({
          site: service.site,
          entry,
          part,
          target: into,
          attempt: newAttempt(),
        });
        execFileSync('chattr', ['-i', fixed]);
        expect(['a', 'b', 'c', 'x/other'].map(read)).toEqual(['changed', 'old', 'old', 'changed']);
        expect(readdirSync(join(directory, 'site')).sort()).toEqual([
          'a',
          'b',
          'c',
          'config.ini',
          'x',
        ]);
        await engine.prepare({
          site: service.site,
          entry,
          part,
          target: into,
          attempt: newAttempt(),
        });
        const again = await engine.receive({
          site: service.site,
          entry,
          part,
          target: into,
          attempt: newAttempt(),
        });
        await pipeline(Readable.from([bytes]), again.stream);
        await again.finish();
      }
      expect(
        await engine.swap({ site: service.site, entry, part, target: into, attempt: newAttempt() }),
      ).toEqual({
        kept: true,
      });
      expect(['a', 'b', 'x/other'].map(read)).toEqual(['old', 'old', 'old']);
      expect(readFileSync(join(directory, 'nested', 'n'), 'utf8')).toBe('nested');
      await engine.swapBack({
        site: service.site,
        entry,
        part,
        target: into,
        attempt: newAttempt(),
      });
      expect(['a', 'b', 'x/other'].map(read)).toEqual(['changed', 'old', 'changed']);
      expect(readdirSync(join(directory, 'site')).sort()).toEqual([
        'a',
        'b',
        'c',
        'config.ini',
        'x',
      ]);
    } finally {
      await service.remove();
      await rm(directory, { recursive: true, force: true });
    }
  });
});

function only(parts: readonly ObservedPart[]): Part {
  const [first] = parts;
  if (first === undefined) throw new Error('no part');
  return first.part;
}

function told(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isNoFolder(line: string): boolean {
  return !/ 4\d{4} $| 16\d{3} $/.test(line);
}
