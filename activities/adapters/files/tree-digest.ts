import { createHash, hash, type Hash } from 'node:crypto';
import type { ContentDigest } from '../../../workflows/model/recovery-point';
import { HardLinks } from './hard-links';
import type { TarEntry } from './tar-header';
import { TarReader } from './tar-reader';

/**
 * What it is computed of, for whoever compares: directories without their time (which changes when a name in them
 * does), symbolic links without time and mode (which BusyBox does not restore), all times in whole seconds.
 */
const TREE_DIGEST_METHOD = 'tar:sum-sha256(type,path,mode,uid,gid,size,mtime,link,content)/1';

/** Of what has no content. */
const NO_CONTENT = '';

/**
 * Digests a tree of files out of its tar, while the tar passes. Independent of the order of entries: the sum, modulo
 * 2^256, of each entry's SHA-256. Counts everything but the folder itself, which is digested too.
 */
export class TreeDigest {
  readonly reader: TarReader;
  entries = 0;
  private sum = 0n;
  private file: { entry: TarEntry; left: number; hash: Hash | undefined } | undefined;
  private readonly links: HardLinks;

  /** `sorted`: whether the tar has its entries in the order of their names, as GNU tar writes it on demand. */
  constructor({ sorted }: { sorted: boolean }) {
    this.links = new HardLinks(sorted);
    this.reader = new TarReader({
      onEntry: (entry) => {
        this.begin(entry);
      },
      onContent: (bytes) => {
        this.content(bytes);
      },
    });
  }

  /** Valid once the reader is `complete`. */
  result(): ContentDigest {
    let sum = this.sum;
    for (const { wrong, right } of this.links.corrections()) {
      sum += right.reduce((total, item) => total + itemDigest(item.entry, item.content), 0n);
      sum -= wrong.reduce((total, item) => total + itemDigest(item.entry, item.content), 0n);
    }
    const digest = BigInt.asUintN(256, sum).toString(16).padStart(64, '0');
    return { name: '.', rows: this.entries, digest, method: TREE_DIGEST_METHOD };
  }

  private begin(entry: TarEntry): void {
    if (entry.path !== '') this.entries += 1;
    if (entry.type === 'file' && entry.sizeBytes > 0) {
      this.file = { entry, left: entry.sizeBytes, hash: undefined };
    } else {
      this.end(entry, entry.type === 'file' ? EMPTY_CONTENT : NO_CONTENT);
    }
  }

  private content(bytes: Buffer): void {
    const { file } = this;
    if (file === undefined) return;
    file.left -= bytes.length;
    // Most files come in one piece, for which one call is several times faster than three.
    if (file.left === 0 && file.hash === undefined) {
      this.end(file.entry, hash('sha256', bytes, 'hex'));
      return;
    }
    file.hash ??= createHash('sha256');
    file.hash.update(bytes);
    if (file.left === 0) this.end(file.entry, file.hash.digest('hex'));
  }

  private end(entry: TarEntry, content: string): void {
    this.file = undefined;
    this.links.see({ entry, content });
    this.sum += itemDigest(entry, content);
  }
}

const EMPTY_CONTENT = hash('sha256', '', 'hex');

function itemDigest(entry: TarEntry, content: string): bigint {
  const { type, path, uid, gid, sizeBytes, linkTarget, device } = entry;
  const mode = type === 'symlink' ? 0 : entry.mode;
  const mtime = type === 'symlink' || type === 'directory' ? 0 : entry.mtimeSeconds;
  // No field but the last can hold a zero byte, so that no two entries give the same text.
  const fields = [type, path, linkTarget, device, mode, uid, gid, sizeBytes, mtime, content];
  return BigInt(`0x${hash('sha256', Buffer.from(fields.join('\0'), 'latin1'), 'hex')}`);
}
