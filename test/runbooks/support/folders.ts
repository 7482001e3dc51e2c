import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A folder with one file that neither compresses nor deduplicates, and a few small ones. */
export async function makeFolder(folder: string, megabytes = 0): Promise<void> {
  await mkdir(join(folder, 'sub'), { recursive: true });
  await writeFile(join(folder, 'note.txt'), 'as it was\n');
  await writeFile(join(folder, 'sub', 'empty'), '');
  if (megabytes > 0) await writeFile(join(folder, 'large'), randomBytes(megabytes * 1024 * 1024));
}

/** Every path below a folder with a digest of what it holds; computed without pawl. */
export async function contentsOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const contents = await Promise.all(
    entries.map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      const content = entry.isFile() ? sha256(await readFile(path)) : 'folder';
      return [path.slice(folder.length + 1), content] as const;
    }),
  );
  return Object.fromEntries(contents);
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
