import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { createFilesEngine } from '../../../activities/adapters/engines/files/create-files-engine';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import type { CommandRunner } from '../../../activities/ports/command-runner';
import type { Part } from '../../../workflows/model/recovery-point';
import { restoreTarget } from '../../../workflows/model/restore-target';
import { dumpWhole, newAttempt } from '../engine-user';
import { filesEntry, hostSite } from './folder-bench';

const NOBODY = 65_534;
const containers = {
  runner: () => Promise.reject(new Error('no containers here')),
  mounts: () => Promise.reject(new Error('no containers here')),
  address: () => Promise.reject(new Error('no containers here')),
};
const entry = filesEntry('data/uploads');
const part: Part = {
  name: 'uploads',
  entry: 'uploads',
  engine: 'files',
  kind: 'directory',
  source: 'data/uploads',
};
const target = restoreTarget('data/uploads', 1);

/** `data` belongs to somebody else, who may put anything in the place of what is in it at any time. */
(process.getuid?.() === 0 ? describe : describe.skip)('symbolic links that others may make', () => {
  let directory = '';
  const at = (...names: string[]): string => join(directory, ...names);
  const site = () => hostSite(directory);

  beforeEach(async () => {
    directory = await realpath(await mkdtemp(join(tmpdir(), 'pawl-links-')));
    await chmod(directory, 0o755);
    await mkdir(at('data/uploads'), { recursive: true });
    await mkdir(at('victim'));
    await writeFile(at('victim/secret'), 'of root');
    await writeFile(at('data/uploads/a'), 'saved');
    for (const name of ['data', 'data/uploads']) await chown(at(name), NOBODY, NOBODY);
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const steps = {
    prepare: (of = plain) =>
      of.prepare({ site: site(), entry, part, target, attempt: newAttempt() }),
    receive: async (bytes: Buffer, of = plain) => {
      const sink = await of.receive({ site: site(), entry, part, target, attempt: newAttempt() });
      await pipeline(Readable.from([bytes]), sink.stream).catch(() => undefined);
      await sink.finish();
    },
    swap: (of = plain) => of.swap({ site: site(), entry, part, target, attempt: newAttempt() }),
    swapBack: () => plain.swapBack({ site: site(), entry, part, target, attempt: newAttempt() }),
    discard: () =>
      plain.discardBeside({ site: site(), entry, part, target, attempt: newAttempt() }),
  };
  const plain = createFilesEngine({ hostRunner, containers });

  async function putLink(name: string): Promise<void> {
    await rename(at('data', name), at('data', `${name}.moved`));
    await symlink(at('victim'), at('data', name));
    // Made by root here; its folder is nobody's, who could have made it.
  }

  async function victimIsUntouched(): Promise<void> {
    expect(await readdir(at('victim'))).toEqual(['secret']);
    expect(await readFile(at('victim/secret'), 'utf8')).toBe('of root');
    expect((await stat(at('victim'))).uid).toBe(0);
  }

  it.each(['uploads', 'uploads_restoring_1'])(
    'are not followed between two steps: %s',
    async (name) => {
      const { bytes } = await dumpWhole(plain, site(), entry, part);
      await steps.prepare();
      await putLink(name);
      await expect(steps.receive(bytes)).rejects.toMatchObject({ kind: 'PreconditionFailed' });
      await expect(steps.swap()).rejects.toMatchObject({ kind: 'PreconditionFailed' });
      await steps.discard().catch(() => undefined);
      await victimIsUntouched();
    },
  );

  it.each(['uploads', 'uploads_before_1', 'uploads_restoring_1.swapping'])(
    'are not followed in the middle of a swap: %s',
    async (name) => {
      const { bytes } = await dumpWhole(plain, site(), entry, part);
      await steps.prepare();
      await steps.receive(bytes);
      // Every program that is started gives them the time for it.
      const racing: CommandRunner = {
        ...hostRunner,
        spawn: async (argv, options) => {
          const isThere = await stat(at('data', name)).then(
            () => true,
            () => false,
          );
          if (isThere) await putLink(name).catch(() => undefined);
          return hostRunner.spawn(argv, options);
        },
      };
      const raced = createFilesEngine({ hostRunner: racing, containers });
      await steps.swap(raced).catch(() => undefined);
      await steps.swapBack().catch(() => undefined);
      await victimIsUntouched();
    },
  );

  it('are not followed while tar unpacks: it stays in the folder that was made', async () => {
    const { bytes } = await dumpWhole(plain, site(), entry, part);
    await steps.prepare();
    const sink = await plain.receive({ site: site(), entry, part, target, attempt: newAttempt() });
    await putLink('uploads_restoring_1');
    await pipeline(Readable.from([bytes]), sink.stream).catch(() => undefined);
    await sink.finish().catch(() => undefined);
    await victimIsUntouched();
  });

  it('refuse the plan by their name when the protected folder is reached by one, and do not stop a backup', async () => {
    await putLink('uploads');
    const observed = await plain.observe({ site: site(), entry, attempt: newAttempt() });
    expect(observed.notes.join()).toContain('symbolic link');
    await expect(
      plain.observeTarget({ site: site(), entry, part, target, attempt: newAttempt() }),
    ).rejects.toMatchObject({
      kind: 'PreconditionFailed',
      message: expect.stringContaining('data/uploads -> ') as string,
    });
  });

  it.each([
    ['a file', 'taken', 'is not a folder'],
    ['everything', '/', 'belongs to the operating system'],
    ['the settings of the host', '/etc', 'belongs to the operating system'],
    ['its programs, by a link', '/bin', 'belongs to the operating system'],
    ['what the kernel makes', '/proc/sys/net', 'belongs to the operating system'],
    ['the repository', 'kept/repository', 'is the repository'],
    ['a folder of the repository', 'kept/repository/data', 'lies in the repository, /'],
    ['what holds the repository', 'kept', 'holds the repository, /'],
  ])('a restore in the place of %s is refused by the plan', async (_, into, why) => {
    await writeFile(at('taken'), 'mine');
    const ownFolders = [{ what: 'the repository', path: at('kept/repository') }];
    await expect(
      plain.observeTarget({
        ...{ site: { ...site(), ownFolders }, entry, part },
        ...{ target: restoreTarget(into, 1), attempt: newAttempt() },
      }),
    ).rejects.toMatchObject({
      kind: 'PreconditionFailed',
      message: expect.stringContaining(why) as string,
    });
    expect(await readFile(at('taken'), 'utf8')).toBe('mine');
  });

  it('are followed, and told, when the owner of the stack has made them', async () => {
    await symlink('victim', at('link'));
    const seen = await plain.observeTarget({
      site: site(),
      entry: filesEntry('link'),
      part,
      target: restoreTarget('link', 1),
      attempt: newAttempt(),
    });
    expect(seen.notes?.join()).toContain(`${at('link')} is, by a symbolic link, ${at('victim')}`);
    expect(seen.keepAs).toBe(at('victim_before_1'));
  });

  it('find a folder that nobody but the worker may enter while it is restored', async () => {
    await chmod(at('data/uploads'), 0o700);
    const { bytes } = await dumpWhole(plain, site(), entry, part);
    await chmod(at('data/uploads'), 0o755);
    await steps.prepare();
    const modes: string[] = [];
    const watching: CommandRunner = {
      ...hostRunner,
      spawn: async (argv, options) => {
        for (const name of await readdir(at('data'))) {
          const { mode } = await stat(at('data', name));
          modes.push(`${name} ${(mode & 0o777).toString(8)}`);
        }
        return hostRunner.spawn(argv, options);
      },
    };
    const watched = createFilesEngine({ hostRunner: watching, containers });
    await steps.receive(bytes, watched);
    await steps.swap(watched);
    expect([...new Set(modes.filter((line) => /restoring/.test(line)))].sort()).toEqual([
      'uploads_restoring_1 700',
      'uploads_restoring_1.swapping 700',
    ]);
    expect((await stat(at('data/uploads'))).mode & 0o777).toBe(0o700);
  });
});
