import { existsSync } from 'node:fs';
import { chmod, lstat, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStateFolder } from '../../../worker/state-folder';

let place: string;
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'pawl-state-folder-'));
});
afterEach(() => rm(place, { recursive: true, force: true }));

const mode = async (path: string): Promise<number> => (await lstat(path)).mode & 0o777;

describe('the state folder', () => {
  it('is made, with those above it, for its owner alone', async () => {
    await openStateFolder(join(place, 'a', 'b'));
    expect([await mode(join(place, 'a')), await mode(join(place, 'a', 'b'))]).toEqual([
      0o700, 0o700,
    ]);
    expect(await readdir(join(place, 'a', 'b'))).toEqual([]);
  });

  it('is closed to other users with all that is in it, whatever it allowed before', async () => {
    const folder = join(place, 'state');
    await mkdir(join(folder, 'releases'), { recursive: true });
    await writeFile(join(folder, 'temporal.db'), '');
    await writeFile(join(folder, 'releases', 'model.yaml'), '');
    await writeFile(join(place, 'outside'), '');
    await symlink(join(place, 'outside'), join(folder, 'link'));
    for (const path of [folder, join(folder, 'releases'), join(folder, 'temporal.db')])
      await chmod(path, 0o777);
    await chmod(join(place, 'outside'), 0o644);

    await openStateFolder(folder);

    expect(await mode(folder)).toBe(0o700);
    expect(await mode(join(folder, 'releases'))).toBe(0o700);
    expect(await mode(join(folder, 'temporal.db'))).toBe(0o700);
    expect(await mode(join(folder, 'releases', 'model.yaml'))).toBe(0o600);
    expect(await mode(join(place, 'outside'))).toBe(0o644);
  });

  it('is refused when it holds other things and is not known as ours, and they stay as they were', async () => {
    await writeFile(join(place, 'compose.yaml'), '');
    for (const folder of ['uploads', 'releases', 'logs']) await mkdir(join(place, folder));
    await chmod(place, 0o755);
    await chmod(join(place, 'compose.yaml'), 0o644);

    await expect(openStateFolder(place)).rejects.toThrow(
      `${place} holds other things (compose.yaml and 1 more), and would be closed to other users`,
    );

    expect([await mode(place), await mode(join(place, 'compose.yaml'))]).toEqual([0o755, 0o644]);
    await mkdir(join(place, 'receipts'));
    await openStateFolder(place);
    expect(await mode(place)).toBe(0o700);
  });

  it('may be a file system of its own, or what a worker that died in its first deploy has left', async () => {
    await mkdir(join(place, 'lost+found'));
    for (const folder of ['releases', 'logs']) await mkdir(join(place, folder));
    await openStateFolder(place);
    expect(await mode(place)).toBe(0o700);
  });

  it('goes again when nothing was put there, and stays when something was', async () => {
    const unused = await openStateFolder(join(place, 'a', 'b'));
    await unused.removeIfUnused();
    expect(await readdir(place)).toEqual([]);

    const used = await openStateFolder(join(place, 'a', 'b'));
    await writeFile(join(place, 'a', 'b', 'file'), '');
    await used.removeIfUnused();
    expect(await readdir(join(place, 'a', 'b'))).toEqual(['file']);

    await mkdir(join(place, 'empty'));
    const there = await openStateFolder(join(place, 'empty'));
    await there.removeIfUnused();
    expect(existsSync(join(place, 'empty'))).toBe(true);
  });

  it.each([
    ['a file', 'file', /file is not a folder/],
    ['below a file', 'file/state/deeper', /file is not a folder/],
    ['a dangling link', 'dangling', /dangling is a link to nowhere, which does not exist/],
    ['below a dangling link', 'dangling/state', /dangling is a link to nowhere/],
    ['a link to itself', 'loop', /ELOOP/],
  ])('is refused when it is %s, and nothing is made', async (_title, name, message) => {
    await writeFile(join(place, 'file'), '');
    await symlink('nowhere', join(place, 'dangling'));
    await symlink('loop', join(place, 'loop'));
    const before = await readdir(place, { recursive: true });

    await expect(openStateFolder(join(place, name))).rejects.toThrow(message);
    await expect(openStateFolder(join(place, name))).rejects.toThrow('--state-dir');

    expect(await readdir(place, { recursive: true })).toEqual(before);
  });

  it.each(['/proc/pawl', '/proc/self/pawl/state', '/sys/pawl', '/dev/null', '/dev/null/state'])(
    'is refused at %s, at once',
    async (folder) => {
      await expect(openStateFolder(folder)).rejects.toThrow('the state directory cannot be used');
    },
  );

  it('is refused on a file system that is there and takes nothing', async () => {
    await expect(openStateFolder('/proc')).rejects.toThrow(
      'the state directory cannot be used: /proc',
    );
  });
});
