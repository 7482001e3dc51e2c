import { execFileSync } from 'node:child_process';
import { link, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { TreeDigest } from '../../../activities/adapters/files/tree-digest';
import { TarReader } from '../../../activities/adapters/files/tar-reader';
import type { TarEntry } from '../../../activities/adapters/files/tar-header';
import { fillWithSome } from './tree-on-disk';

describe('the digest of a tree', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pawl-digest-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is the same for every format of tar, in pieces of any size', async () => {
    await fillWithSome(folder);
    const sorted = { sorted: true };
    const posix = pack(folder, '--format=posix', '--sort=name');
    const expected = digest(posix, sorted);
    expect(digest(pack(folder, '--format=gnu', '--sort=name'), sorted)).toEqual(expected);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1 }), (sizes) => {
        expect(digest(posix, sorted, sizes)).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  it('does not depend on the order of entries, hard links included', async () => {
    await mkdir(join(folder, 'a'));
    await mkdir(join(folder, 'a-b'));
    for (const name of ['a/z', 'a-b/y', 'm']) await writeFile(join(folder, name), name);
    await link(join(folder, 'm'), join(folder, 'a/0'));
    await link(join(folder, 'm'), join(folder, 'a-b/0'));
    await link(join(folder, 'm'), join(folder, 'z'));
    const expected = digest(pack(folder, '--sort=name'), { sorted: true });
    const names = ['.', './z', './m', './a-b', './a-b/y', './a-b/0', './a', './a/z', './a/0'];
    for (const order of [names, [...names].reverse()]) {
      const tar = execFileSync('tar', ['-c', '--no-recursion', '-C', folder, '--', ...order]);
      expect(digest(tar, { sorted: false })).toEqual(expected);
    }
  });

  it.each([
    ['a mode', ['chmod', '600', 'value.txt']],
    ['an owner', ['chown', '7', 'value.txt']],
    ['a time', ['touch', '-d', '@5', 'value.txt']],
    ['a name', ['mv', 'value.txt', 'other.txt']],
    ['a link', ['ln', '-sfn', 'elsewhere', 'link']],
    ['a byte', ['dd', 'if=/dev/zero', 'of=odd-size', 'bs=1', 'count=1', 'conv=notrunc']],
    ['an empty folder', ['mkdir', 'new']],
    ['the mode of the folder itself', ['chmod', '711', '.']],
  ])('changes with %s', async (_title, argv) => {
    await fillWithSome(folder);
    const before = digest(pack(folder, '--sort=name'), { sorted: true });
    // The time of the file must not be what tells.
    const [program = '', ...args] = argv;
    execFileSync('touch', ['-d', '@9', join(folder, 'stamp')]);
    const stamped = digest(pack(folder, '--sort=name'), { sorted: true });
    expect(stamped.rows).toBe(before.rows + 1);
    execFileSync(program, args, { cwd: folder, stdio: 'ignore' });
    const after = digest(pack(folder, '--sort=name'), { sorted: true });
    expect(after.digest).not.toBe(stamped.digest);
  });
});

describe('a tar that is none', () => {
  it.each([
    ['text', Buffer.from('tar: something else\n'.repeat(100))],
    ['a header with a flipped bit', flipped()],
  ])('is refused: %s', (_title, bytes) => {
    expect(() => {
      digest(bytes, { sorted: true });
    }).toThrow(/checksum/);
  });

  it('is not complete before its end mark', () => {
    const whole = emptyTar();
    const reader = new TarReader({ onEntry: () => undefined });
    reader.add(whole.subarray(0, 512 + 512));
    expect(reader.complete).toBe(false);
    reader.add(whole.subarray(1024));
    expect(reader.complete).toBe(true);
  });

  it('never crashes the reader otherwise than by a TarError', () => {
    const whole = emptyTar();
    fc.assert(
      fc.property(fc.nat(511), fc.nat(255), (offset, value) => {
        const bytes = Buffer.from(whole);
        bytes[offset] = value;
        const seen: TarEntry[] = [];
        try {
          new TarReader({ onEntry: (entry) => seen.push(entry) }).add(bytes);
        } catch (error) {
          expect((error as Error).name).toBe('TarError');
        }
      }),
    );
  });
});

function pack(folder: string, ...options: string[]): Buffer {
  const argv = ['--create', '--numeric-owner', ...options, `--directory=${folder}`, '.'];
  return execFileSync('tar', argv, { maxBuffer: 64 * 1024 * 1024 });
}

function digest(tar: Buffer, order: { sorted: boolean }, sizes: readonly number[] = [65_536]) {
  const tree = new TreeDigest(order);
  for (let offset = 0, piece = 0; offset < tar.length; piece++) {
    const size = sizes[piece % sizes.length] ?? 1;
    tree.reader.add(tar.subarray(offset, offset + size));
    offset += size;
  }
  expect(tree.reader.complete).toBe(true);
  return tree.result();
}

function emptyTar(): Buffer {
  const folder = execFileSync('mktemp', ['-d']).toString().trim();
  const tar = pack(folder);
  execFileSync('rmdir', [folder]);
  return tar;
}

function flipped(): Buffer {
  const tar = emptyTar();
  tar[101] = (tar[101] ?? 0) ^ 1;
  return tar;
}
