import { createHash, hash } from 'node:crypto';
import type { ContentDigest } from '../../../../workflows/model/recovery-point';
import { ContentHash, hasZeroBlock } from './content-hash';
import { HardLinks } from './hard-links';
import type { TarEntry } from './tar-header';
import { TarReader } from './tar-reader';

/**
 * What they are computed of, for whoever compares: directories without their time (which changes when a name in them
 * does), symbolic links without time and mode (which BusyBox does not restore), all times in whole seconds.
 */
const METHODS = {
  /** Until 0.1.0: without ACLs and extended attributes, and every file with its zeros. */
  plain: 'tar:sum-sha256(type,path,mode,uid,gid,size,mtime,link,content)/1',
  whole: 'tar:sum-sha256(type,path,mode,uid,gid,size,mtime,link,attributes,content)/2',
  /**
   * Of a tree that the repository holds file by file, and writes as a tar that has no devices and pipes, no hard links, and
   * the nearest second.
   */
  tree: 'restic:sum-sha256(type,path,mode,uid,gid,size,mtime,link,attributes,content)/1',
};

export type DigestKind = keyof typeof METHODS;

/** By which of the methods the digests of a manifest are to be compared. */
export function digestKind(expected: readonly ContentDigest[]): DigestKind {
  const named = (kind: DigestKind): boolean =>
    expected.some(({ method }) => method === METHODS[kind]);
  return named('plain') ? 'plain' : named('tree') ? 'tree' : 'whole';
}

/** Longer ones (PATH_MAX less the end mark and `./`) are made by going down step by step, which tar does not when it unpacks. */
const LONGEST_PATH_BYTES = 4096 - 1 - 2;

/** Of what has no content. */
const NO_CONTENT = '';

/**
 * Digests a tree of files out of its tar, while the tar passes. Independent of the order of entries: the sum, modulo
 * 2^256, of each entry's SHA-256. Counts everything but the folder itself, which is digested too.
 */
export class TreeDigest {
  readonly reader: TarReader;
  entries = 0;
  /** The first path that is too long to be unpacked. */
  tooLong: string | undefined;
  private sum = 0n;
  private file: { entry: TarEntry; left: number; hash?: FileHash } | undefined;
  private readonly links: HardLinks;
  private readonly kind: DigestKind;
  private readonly isNamed: boolean;

  /**
   * `sorted`: whether the tar has its entries in the order of their names, as GNU tar writes it on demand. `isNamed`: whether the
   * folder itself has a name in it, ahead of all others.
   */
  constructor({
    sorted,
    kind = 'whole',
    isNamed = false,
  }: {
    sorted: boolean;
    kind?: DigestKind;
    isNamed?: boolean;
  }) {
    this.kind = kind;
    this.isNamed = isNamed;
    this.links = new HardLinks(sorted);
    this.reader = new TarReader({
      onEntry: (entry) => {
        this.begin(entry);
      },
      onContent: (bytes, at) => {
        this.content(bytes, at);
      },
    });
  }

  /** Valid once the reader is `complete`. */
  result(): ContentDigest {
    let sum = this.sum;
    for (const { wrong, right } of this.links.corrections()) {
      sum += right.reduce((total, item) => total + this.itemDigest(item.entry, item.content), 0n);
      sum -= wrong.reduce((total, item) => total + this.itemDigest(item.entry, item.content), 0n);
    }
    const digest = BigInt.asUintN(256, sum).toString(16).padStart(64, '0');
    return { name: '.', rows: this.entries, digest, method: METHODS[this.kind] };
  }

  private begin(read: TarEntry): void {
    const entry = this.kind === 'tree' ? inTree(read, this.isNamed) : read;
    if (entry === undefined) return;
    if (entry.path !== '') this.entries += 1;
    if (entry.path.length > LONGEST_PATH_BYTES) this.tooLong ??= entry.path;
    if (entry.type !== 'file') {
      this.end(entry, NO_CONTENT);
      return;
    }
    const left = entry.segments.reduce((sum, { bytes }) => sum + bytes, 0);
    this.file = { entry, left };
    if (left === 0) this.end(entry, this.newHash().result(entry.sizeBytes));
  }

  private content(bytes: Buffer, at: number): void {
    const { file } = this;
    if (file === undefined) return;
    const { entry } = file;
    file.left -= bytes.length;
    // Most files come in one piece, for which one call is several times faster than three.
    if (bytes.length === entry.sizeBytes && (this.kind === 'plain' || !hasZeroBlock(bytes))) {
      this.end(entry, hash('sha256', bytes, 'hex'));
      return;
    }
    file.hash ??= this.newHash();
    file.hash.add(bytes, at);
    if (file.left === 0) this.end(entry, file.hash.result(entry.sizeBytes));
  }

  private newHash(): FileHash {
    return this.kind === 'plain' ? new PlainHash() : new ContentHash();
  }

  private end(entry: TarEntry, content: string): void {
    this.file = undefined;
    this.links.see({ entry, content });
    this.sum += this.itemDigest(entry, content);
  }

  private itemDigest(entry: TarEntry, content: string): bigint {
    const { type, path, uid, gid, sizeBytes, linkTarget, device, attributes } = entry;
    const mode = type === 'symlink' ? 0 : entry.mode;
    const mtime = type === 'symlink' || type === 'directory' ? 0 : entry.mtimeSeconds;
    // Only attributes can hold a zero byte, and they tell their own length, so that no two entries give the same text.
    const fields = [type, path, linkTarget, device, mode, uid, gid, sizeBytes, mtime];
    const last = this.kind === 'plain' ? [content] : [attributes.length, attributes, content];
    const text = [...fields, ...last].join('\0');
    return BigInt(`0x${hash('sha256', Buffer.from(text, 'latin1'), 'hex')}`);
  }
}

/** Undefined for what restic's tar does not have. */
function inTree(entry: TarEntry, isNamed: boolean): TarEntry | undefined {
  const { type, path, commonAttributes, nearestSeconds } = entry;
  if (type === 'fifo' || type === 'character' || type === 'block') return undefined;
  return {
    ...entry,
    path: isNamed ? path.split('/').slice(1).join('/') : path,
    attributes: commonAttributes,
    mtimeSeconds: nearestSeconds,
  };
}

interface FileHash {
  add(bytes: Buffer, at: number): void;
  result(sizeBytes: number): string;
}

class PlainHash implements FileHash {
  private readonly hash = createHash('sha256');

  add(bytes: Buffer): void {
    this.hash.update(bytes);
  }

  result(): string {
    return this.hash.digest('hex');
  }
}
