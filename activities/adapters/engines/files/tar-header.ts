import { aclText } from './acl-text';

/** One thing in a tar. Paths and targets are bytes, kept as Latin-1 text: names need not be UTF-8. */
export interface TarEntry {
  readonly type: EntryType;
  /** Without leading `./` and trailing `/`; empty for the folder itself. */
  readonly path: string;
  /** Of symbolic and hard links. */
  readonly linkTarget: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Of the file, its holes included. */
  readonly sizeBytes: number;
  /** Where the bytes that follow the header belong in the file; one segment unless it has holes. */
  readonly segments: readonly Segment[];
  readonly mtimeSeconds: number;
  /** The same to the nearest second, as Go's archive/tar has it. */
  readonly nearestSeconds: number;
  /** `major:minor` of a device. */
  readonly device: string;
  /** Extended attributes and ACLs, as sorted pax records; empty when there are none. */
  readonly attributes: string;
  /** The same as a tar of restic's has them: ACLs with numbers for users and groups. */
  readonly commonAttributes: string;
}

export interface Segment {
  readonly at: number;
  readonly bytes: number;
}

export type EntryType =
  'file' | 'hardlink' | 'symlink' | 'character' | 'block' | 'directory' | 'fifo';

export const BLOCK_BYTES = 512;

/** Source: POSIX.1-2017, pax, "ustar Interchange Format". */
const TYPES: Readonly<Record<string, EntryType>> = {
  '\0': 'file',
  '0': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'character',
  '4': 'block',
  '5': 'directory',
  '6': 'fifo',
  '7': 'file',
};

/** What the extension headers before an entry say of it; they win over the header. */
export type Extensions = ReadonlyMap<string, string>;

/** Extended attributes and ACLs, as GNU tar and star name them. */
const ATTRIBUTE = /^SCHILY\.(xattr|acl)\./;

/** Those that a comparison asks GNU tar for (`packArgv`). */
const COMMON_ATTRIBUTE =
  /^SCHILY\.(xattr\.(user\.|trusted\.|security\.capability$)|acl\.(access|default)$)/;

/** An ACL as its attribute's bytes. */
const RAW_ACL = /^SCHILY\.xattr\.system\.posix_acl_(access|default)$/;

const SPARSE_SEGMENT = ['GNU.sparse.offset', 'GNU.sparse.numbytes'];
const MAP = 'pawl.sparse.map';

export class TarError extends Error {
  override readonly name = 'TarError';
}

export function typeFlag(block: Buffer): string {
  return block.toString('latin1', 156, 157);
}

export function sizeOf(block: Buffer): number {
  return numberAt(block, 124, 12);
}

export function checkChecksum(block: Buffer): void {
  let sum = 8 * 0x20; // the checksum's own field counts as spaces
  for (let i = 0; i < BLOCK_BYTES; i++) if (i < 148 || i >= 156) sum += block[i] ?? 0;
  if (sum !== numberAt(block, 148, 8)) throw new TarError('a header has a wrong checksum');
}

export function decodeEntry(block: Buffer, extensions: Extensions): TarEntry {
  const type = TYPES[typeFlag(block)];
  const path = extensions.get('path') ?? pathOf(block);
  if (type === undefined) {
    throw new TarError(`${JSON.stringify(path)} has the unknown type ${typeFlag(block)}`);
  }
  const number = (key: string, offset: number, length: number): number =>
    extensions.has(key) ? Number(extensions.get(key)) : numberAt(block, offset, length);
  const isDevice = type === 'character' || type === 'block';
  const storedBytes = type === 'file' ? number('size', 124, 12) : 0;
  return {
    type,
    path: plainPath(path),
    linkTarget: linkTarget(type, extensions.get('linkpath') ?? textAt(block, 157, 100)),
    mode: numberAt(block, 100, 8) & 0o7777,
    uid: number('uid', 108, 8),
    gid: number('gid', 116, 8),
    ...sparseOrWhole(extensions, storedBytes),
    mtimeSeconds: Math.floor(number('mtime', 136, 12)),
    nearestSeconds: nearest(extensions.get('mtime') ?? String(numberAt(block, 136, 12))),
    device: isDevice ? `${numberAt(block, 329, 8)}:${numberAt(block, 337, 8)}` : '',
    attributes: attributesOf(extensions),
    commonAttributes: commonAttributesOf(extensions),
  };
}

/** Records `<length> <key>=<value>\n`; values are bytes. Of a sparse file's map the numbers follow each other. */
export function decodePax(data: Buffer): Map<string, string> {
  const records = new Map<string, string>();
  let offset = 0;
  while (offset < data.length) {
    const space = data.indexOf(0x20, offset);
    const length = Number(data.toString('latin1', offset, space));
    const equals = data.indexOf(0x3d, space);
    if (space < 0 || equals < 0 || !(length > 0)) throw new TarError('a pax header is malformed');
    const key = data.toString('latin1', space + 1, equals);
    const value = data.toString('latin1', equals + 1, offset + length - 1);
    if (SPARSE_SEGMENT.includes(key)) records.set(MAP, `${records.get(MAP) ?? ''}${value},`);
    else records.set(key, value);
    offset += length;
  }
  return records;
}

/** The text up to its first zero byte. */
export function textAt(block: Buffer, offset: number, length: number): string {
  const zero = block.indexOf(0, offset);
  return block.toString(
    'latin1',
    offset,
    zero < 0 ? offset + length : Math.min(zero, offset + length),
  );
}

/**
 * GNU's sparse format 0.0 has the map in the header, and the file's own name; the later ones put a process id into a
 * name, so that equal folders would not give equal bytes.
 */
function sparseOrWhole(
  extensions: Extensions,
  storedBytes: number,
): Pick<TarEntry, 'sizeBytes' | 'segments'> {
  if (extensions.has('GNU.sparse.major') || extensions.has('GNU.sparse.map')) {
    throw new TarError('a sparse file is stored in a format that is not known');
  }
  if (!extensions.has('GNU.sparse.size')) {
    return { sizeBytes: storedBytes, segments: [{ at: 0, bytes: storedBytes }] };
  }
  const sizeBytes = Number(extensions.get('GNU.sparse.size'));
  const numbers = (extensions.get(MAP) ?? '').split(',').slice(0, -1).map(Number);
  const segments: Segment[] = [];
  let end = 0;
  let stored = 0;
  for (let index = 0; index < numbers.length; index += 2) {
    const [at = NaN, bytes = NaN] = [numbers[index], numbers[index + 1]];
    if (!(at >= end && bytes >= 0 && at + bytes <= sizeBytes)) throw malformedMap();
    end = at + bytes;
    stored += bytes;
    if (bytes > 0) segments.push({ at, bytes });
  }
  if (stored !== storedBytes || !Number.isSafeInteger(sizeBytes)) throw malformedMap();
  return { sizeBytes, segments };
}

function malformedMap(): TarError {
  return new TarError('the map of a sparse file is malformed');
}

function attributesOf(extensions: Extensions): string {
  return recordsText([...extensions].filter(([key]) => ATTRIBUTE.test(key)));
}

function commonAttributesOf(extensions: Extensions): string {
  if (extensions.size === 0) return '';
  const records = [...extensions].map(([key, value]): readonly [string, string] => {
    const acl = RAW_ACL.exec(key)?.[1];
    // GNU tar writes `%25` for a `%` in a name.
    if (acl === undefined) return [key.replaceAll('%25', '%'), value];
    return [`SCHILY.acl.${acl}`, aclText(value) ?? value];
  });
  return recordsText(records.filter(([key]) => COMMON_ATTRIBUTE.test(key)));
}

function recordsText(records: readonly (readonly [string, string])[]): string {
  return records
    .map(([key, value]) => `${key.length} ${value.length} ${key}=${value}`)
    .sort()
    .join('');
}

function pathOf(block: Buffer): string {
  const name = textAt(block, 0, 100);
  // GNU's own format has other things where ustar has the prefix; its magic ends in spaces.
  const isUstar = block.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isUstar ? textAt(block, 345, 155) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** By its digits: a number has not enough of them to tell what is just below the half. */
function nearest(seconds: string): number {
  if (seconds.startsWith('-')) return Math.floor(Number(seconds) + 0.5);
  const [whole = '', fraction = ''] = seconds.split('.');
  return Number(whole) + (fraction >= '5' ? 1 : 0);
}

/** Octal text, or base 256 when the first bit is set. */
function numberAt(block: Buffer, offset: number, length: number): number {
  const first = block[offset] ?? 0;
  if ((first & 0x80) === 0) return Number.parseInt(textAt(block, offset, length).trim() || '0', 8);
  const bytes = block.subarray(offset, offset + length);
  const bits = BigInt(length * 8);
  const value = BigInt(`0x${bytes.toString('hex')}`);
  return Number(first === 0xff ? value - (1n << bits) : value - (1n << (bits - 1n)));
}

function linkTarget(type: EntryType, target: string): string {
  if (type === 'hardlink') return plainPath(target);
  return type === 'symlink' ? target : '';
}

function plainPath(path: string): string {
  let start = 0;
  while (path.startsWith('./', start)) start += 2;
  const end = path.endsWith('/') ? path.length - 1 : path.length;
  return start === end - 1 && path[start] === '.' ? '' : path.slice(start, end);
}
