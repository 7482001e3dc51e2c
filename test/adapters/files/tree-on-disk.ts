import { createHash } from 'node:crypto';
import {
  chmod,
  chown,
  link,
  lstat,
  lutimes,
  mkdir,
  readFile,
  readdir,
  readlink,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** A long name, and names that a shell, a line or UTF-8 would not survive. */
const HOSTILE_NAMES = [
  '-rf',
  '--exclude=*',
  'two\nlines',
  '  spaces  ',
  'naïve 🙂',
  '$(id) `id` "; \'',
  'n'.repeat(250),
  '*',
  '\\n',
];

const asRoot = process.getuid?.() === 0;

/** One of everything that a folder can hold, less than 1 MB. */
export async function fillWithSome(folder: string): Promise<void> {
  const at = (name: string): string => join(folder, name);
  await writeFile(at('value.txt'), 'one value');
  await utimes(at('value.txt'), 1_600_000_000, 1_600_000_000.123);
  await writeFile(at('empty'), '');
  await mkdir(at('nothing in it'));
  await mkdir(at('deep/er/and/deeper'), { recursive: true });
  for (const name of HOSTILE_NAMES) {
    await writeFile(at(`deep/er/${name}`), name);
    await mkdir(at(`deep/er/and/${name}`));
  }
  await writeFile(
    Buffer.concat([Buffer.from(`${folder}/deep/`), Buffer.from([0x66, 0xff, 0xfe])]),
    'bytes',
  );
  await writeFile(at(`deep/${'x'.repeat(100)}`), 'exactly as long as a header allows');
  await writeFile(at('odd-size'), Buffer.alloc(100_001, 7));
  await symlink('value.txt', at('link'));
  await symlink('../not/there', at('dangling'));
  await symlink('l'.repeat(300), at('long link'));
  await link(at('odd-size'), at('a second name'));
  await link(at('odd-size'), at('deep/a third name'));
  await chmod(at('empty'), 0o4751);
  await chmod(at('nothing in it'), 0o1777);
  await lutimes(at('link'), 1, 1);
  execFileSync('mkfifo', [at('fifo')]);
  if (asRoot) await chown(at('value.txt'), 3_000_000, 70_000);
  await chmod(folder, 0o750);
}

/** 48 MB in 48 files. */
export async function fillWithMuch(folder: string): Promise<void> {
  for (let index = 0; index < 48; index++) {
    await writeFile(join(folder, `file-${index}`), Buffer.alloc(1024 * 1024, index));
  }
}

/**
 * Everything that can be seen of a tree, as text, read by Node alone. Undefined when there is none. Hard links are told by
 * the names that are one file; times of directories are left out.
 */
export async function readTree(
  folder: string,
  { wholeSeconds = false } = {},
): Promise<string | undefined> {
  const root = await lstat(folder).catch(() => undefined);
  if (root === undefined) return undefined;
  const lines: string[] = [`. ${modeAndOwner(root)}`];
  const sameFile = new Map<string, string[]>();
  await readInto(Buffer.from(folder), Buffer.alloc(0), lines, sameFile);
  for (const names of sameFile.values())
    if (names.length > 1) lines.push(`same ${names.sort().join(' ')}`);
  const text = lines.sort().join('\n');
  return wholeSeconds
    ? text.replace(/ (\d+)\d{3}(\.\d+)? (?=[0-9a-f]{32}|special)/g, ' $1 ')
    : text;
}

export async function remakeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
}

async function readInto(
  root: Buffer,
  under: Buffer,
  lines: string[],
  sameFile: Map<string, string[]>,
): Promise<void> {
  const slash = Buffer.from('/');
  const here = under.length === 0 ? root : Buffer.concat([root, slash, under]);
  for (const name of await readdir(here, { encoding: 'buffer' })) {
    if (under.length === 0 && name.toString('latin1').startsWith('.pawl_')) continue;
    const path = under.length === 0 ? name : Buffer.concat([under, slash, name]);
    const whole = Buffer.concat([root, slash, path]);
    const shown = JSON.stringify(path.toString('latin1'));
    const info = await lstat(whole);
    if (info.isSymbolicLink()) {
      const target = await readlink(whole, { encoding: 'buffer' });
      lines.push(`${shown} -> ${target.toString('latin1')} ${info.uid}:${info.gid}`);
    } else if (info.isDirectory()) {
      lines.push(`${shown}/ ${modeAndOwner(info)}`);
      await readInto(root, path, lines, sameFile);
    } else {
      const content = info.isFile()
        ? createHash('md5')
            .update(await readFile(whole))
            .digest('hex')
        : 'special';
      lines.push(`${shown} ${modeAndOwner(info)} ${info.size} ${info.mtimeMs} ${content}`);
      const same = sameFile.get(`${info.dev}:${info.ino}`) ?? [];
      sameFile.set(`${info.dev}:${info.ino}`, [...same, shown]);
    }
  }
}

function modeAndOwner({ mode, uid, gid }: { mode: number; uid: number; gid: number }): string {
  return `${mode.toString(8)} ${uid}:${gid}`;
}
