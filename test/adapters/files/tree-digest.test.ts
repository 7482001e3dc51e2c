import { execFileSync } from 'node:child_process';
import { link, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  TreeDigest,
  type DigestKind,
} from '../../../activities/adapters/engines/files/tree-digest';
import { TarReader } from '../../../activities/adapters/engines/files/tar-reader';
import type { TarEntry } from '../../../activities/adapters/engines/files/tar-header';
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

  it('is for older manifests what it was when they were stored', async () => {
    await mkdir(join(folder, 'd'));
    await writeFile(join(folder, 'd/a'), 'content');
    await writeFile(join(folder, 'd/empty'), '');
    const parts = [Buffer.alloc(5000, 1), Buffer.alloc(20_000), Buffer.alloc(3, 2)];
    await writeFile(join(folder, 'holes'), Buffer.concat(parts));
    await symlink('d/a', join(folder, 'link'));
    await link(join(folder, 'holes'), join(folder, 'second'));
    const owner = ['--owner=1000', '--group=100', '--mode=0750', '--mtime=@1600000000.5'];
    const tar = pack(folder, '--format=posix', '--sort=name', ...owner);
    expect(digest(tar, { sorted: true, kind: 'plain' })).toEqual({
      name: '.',
      rows: 6,
      digest: '9827db15642e5921af96872ad1b92d874161a2c9cb0560bc00c4b24f785e2593',
      method: 'tar:sum-sha256(type,path,mode,uid,gid,size,mtime,link,content)/1',
    });
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

function digest(
  tar: Buffer,
  order: { sorted: boolean; kind?: DigestKind },
  sizes: readonly number[] = [65_536],
) {
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
