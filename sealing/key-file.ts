import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { sealingKey, type KeyRing, type RingKey } from './key-ring';
import { KEY_BYTES, keyOf, type Key } from './seal-payload';

/** Its name in a state directory. */
const KEY_FILE_NAME = 'pawl.key';

/** Members of it may read the key, and so use pawl: nobody else but the key's owner. */
const GROUP = 'pawl';
const OWNER_ONLY = 0o600;
const OWNER_AND_GROUP = 0o640;
/** What of the folder its group needs to reach the key: nothing in it can be listed. */
const FOLDER_FOR_GROUP = 0o710;

const LOOK_AGAIN_AFTER_MILLISECONDS = 2_000;
const HEAD = [
  '# The key of a pawl installation. Whoever has it can read and request everything; the workers and clients of all its',
  '# hosts need it. The first line seals (from its time on, where it has one), all open. `pawl key rotate` adds one.',
];

/** The key is missing, cannot be used, or is not safe: told in words, with what to do. */
export class KeyError extends Error {
  override readonly name = 'KeyError';
  constructor(
    message: string,
    readonly advice: string,
    options: { cause?: unknown } = {},
  ) {
    super(message, options);
  }
}

/**
 * Makes the key of an installation if there is none.
 * Retry:  safe, also at the same time in several processes: all find the same key afterwards
 * Throws: KeyError when it cannot be written
 */
export function makeKeyFile(file: string): 'made' | 'was there' {
  if (statOf(file) !== undefined) return 'was there';
  const beside = `${file}.${process.pid}`;
  try {
    writeKeys(beside, [newKey(0)]);
    // A link is refused where there is something: of several processes one has made it, and whole.
    linkSync(beside, file);
    return 'made';
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return 'was there';
    throw unwritable(file, error);
  } finally {
    rmSync(beside, { force: true });
  }
}

/**
 * Adds a key that seals from a time on (milliseconds since 1970); those that were there still open.
 * Throws: KeyError when there is none yet, it cannot be written, or another rotation is under way
 */
export function rotateKeyFile(file: string, sealsFrom: number): void {
  const keys = readKeyFile(file);
  const beside = `${file}.rotating`;
  try {
    writeKeys(beside, [newKey(sealsFrom), ...keys]);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw unwritable(file, error);
    throw new KeyError(
      `The key ${file} is being rotated already.`,
      `If nobody does, a rotation was cut off before it changed anything: remove ${beside}.`,
    );
  }
  try {
    const { uid, gid, mode } = statSync(file);
    chownSync(beside, uid, gid);
    chmodSync(beside, mode & 0o777);
    renameSync(beside, file);
    syncFolder(dirname(file));
  } catch (error) {
    rmSync(beside, { force: true });
    throw unwritable(file, error);
  }
}

/**
 * The keys of an installation, and those that are added to its file later: a rotated key needs no restart.
 * Throws: KeyError
 */
export function openKeyRing(file: string): KeyRing {
  return new KeyFileRing(file);
}

class KeyFileRing implements KeyRing {
  private keys: readonly RingKey[];
  private lookedAt = 0;
  private stamp: string;

  constructor(private readonly file: string) {
    this.stamp = stampOf(statOf(file));
    this.keys = readKeyFile(file);
  }

  sealing(): Key {
    if (performance.now() - this.lookedAt > LOOK_AGAIN_AFTER_MILLISECONDS) this.lookAgain();
    const key = sealingKey(this.keys, Date.now());
    if (key === undefined) throw new KeyError(`${this.file} holds no key.`, HOW_TO_GET_ONE);
    return key;
  }

  find(id: string): Key | undefined {
    const known = this.keys.find((key) => key.id === id);
    if (known !== undefined) return known;
    // An unknown id may be anybody's: it costs a look at the file's time, no more.
    this.lookAgain();
    return this.keys.find((key) => key.id === id);
  }

  /** What cannot be read now was read before: the keys that are known go on. */
  private lookAgain(): void {
    this.lookedAt = performance.now();
    const stamp = stampOf(statOf(this.file));
    if (stamp === this.stamp) return;
    this.stamp = stamp;
    try {
      this.keys = readKeyFile(this.file);
    } catch (error) {
      if (!(error instanceof KeyError)) throw error;
    }
  }
}

/** Throws: KeyError */
export function readKeyFile(file: string): readonly [RingKey, ...RingKey[]] {
  const text = readText(file);
  const lines = text.split('\n').map((line) => line.trim());
  const keys = lines.filter((line) => line !== '' && !line.startsWith('#')).map(parseKey);
  const [first, ...others] = keys.flatMap((key) => key ?? []);
  if (first === undefined || keys.includes(undefined)) {
    throw new KeyError(`${file} is no key of pawl, or is cut off.`, HOW_TO_GET_ONE);
  }
  return [first, ...others];
}

const HOW_TO_GET_ONE =
  'Copy pawl.key from the host where it was made (PAWL_KEY_FILE or --key-file names the copy); the first one is made by `pawl server`, or `pawl key make`.';

function readText(file: string): string {
  try {
    refuseOpenToOthers(file, statSync(file));
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof KeyError) throw error;
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new KeyError(`There is no key at ${file}.`, HOW_TO_GET_ONE, { cause: error });
    }
    const isDenied = code === 'EACCES' || code === 'EPERM';
    const reason = error instanceof Error ? error.message : String(error);
    throw new KeyError(
      isDenied ? `You may not read the key ${file}.` : `The key ${file} cannot be read: ${reason}.`,
      isDenied
        ? `Its owner may, and members of the group \`${GROUP}\` where there is one. Or name a copy of your own with PAWL_KEY_FILE.`
        : HOW_TO_GET_ONE,
      { cause: error },
    );
  }
}

function refuseOpenToOthers(file: string, { mode, gid }: Stats): void {
  const byOthers = (mode & 0o007) !== 0;
  const byGroup = (mode & 0o070) !== 0 && !((mode & 0o070) === 0o040 && gid === groupId());
  if (!byOthers && !byGroup) return;
  throw new KeyError(
    `Others may read or change the key ${file}, so it protects nothing.`,
    `Close it (\`chmod 600 ${file}\`), and rotate it (\`pawl key rotate\`) if somebody may have read it.`,
  );
}

function parseKey(line: string): RingKey | undefined {
  const [, encoded = '', from] = /^([A-Za-z0-9+/]{43}=)(?: from (\S+))?$/.exec(line) ?? [];
  const bytes = Buffer.from(encoded, 'base64');
  const sealsFrom = from === undefined ? 0 : Date.parse(from);
  if (bytes.length !== KEY_BYTES || Number.isNaN(sealsFrom)) return undefined;
  return { ...keyOf(bytes), sealsFrom };
}

function newKey(sealsFrom: number): RingKey {
  return { ...keyOf(randomBytes(KEY_BYTES)), sealsFrom };
}

/** Throws: EEXIST where there is such a file. */
function writeKeys(file: string, keys: readonly RingKey[]): void {
  const lines = keys.map(({ bytes, sealsFrom }) => {
    const from = sealsFrom === 0 ? '' : ` from ${new Date(sealsFrom).toISOString()}`;
    return `${bytes.toString('base64')}${from}`;
  });
  const handle = openSync(file, 'wx', OWNER_ONLY);
  try {
    fchmodSync(handle, OWNER_ONLY);
    writeFileSync(handle, `${[...HEAD, ...lines].join('\n')}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/**
 * Lets the group `pawl` read the key, where there is such a group and we may give files to it.
 * Retry:  safe
 */
export function openToGroup(file: string): void {
  const gid = groupId();
  const found = statOf(file);
  if (gid === undefined || found === undefined) return;
  try {
    for (const [path, mode] of [
      [dirname(file), FOLDER_FOR_GROUP],
      [file, OWNER_AND_GROUP],
    ] as const) {
      chownSync(path, -1, gid);
      chmodSync(path, mode);
    }
  } catch (error) {
    // Neither root nor a member of it: the key stays its owner's.
    if (codeOf(error) !== 'EPERM') throw error;
  }
}

/** Undefined: there is no such group. */
function groupId(): number | undefined {
  try {
    const line = new RegExp(`^${GROUP}:[^:]*:(\\d+):`, 'm').exec(
      readFileSync('/etc/group', 'utf8'),
    );
    return line === null ? undefined : Number(line[1]);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function statOf(file: string): Stats | undefined {
  try {
    return statSync(file);
  } catch {
    // Missing, or not ours to look at: reading it says which.
    return undefined;
  }
}

function stampOf(stats: Stats | undefined): string {
  return stats === undefined ? '' : `${stats.ino} ${stats.mtimeMs} ${stats.size}`;
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function unwritable(file: string, error: unknown): KeyError {
  const reason = error instanceof Error ? error.message : String(error);
  const advice = 'Name another place with PAWL_KEY_FILE or --key-file.';
  return new KeyError(`The key ${file} cannot be written: ${reason}.`, advice, { cause: error });
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

/** Where the key of a machine is, unless its user names another place. */
export function keyFileIn(stateDirectory: string): string {
  return join(stateDirectory, KEY_FILE_NAME);
}
