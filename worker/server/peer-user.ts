import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { userInfo } from 'node:os';

/**
 * Whose process is at the other end of a connection within this machine, as the kernel has it.
 * Shape:  an IPv4 connection → user id; undefined when it is gone, or where there is no /proc
 */
export async function peerUser(socket: Socket): Promise<number | undefined> {
  const theirs = inTable(socket.remoteAddress, socket.remotePort);
  const ours = inTable(socket.localAddress, socket.localPort);
  const rows = (await readIfThere('/proc/net/tcp'))
    .split('\n')
    .map((row) => row.trim().split(/\s+/));
  // The same ports may be in use at other addresses; and of a connection that is over, no user is told.
  const row = rows.find(
    ([, local, remote, state]) => local === theirs && remote === ours && state === ESTABLISHED,
  );
  return row === undefined ? undefined : Number(row[USER]);
}

const ESTABLISHED = '01';
/** Column. */
const USER = 7;

/** As that table writes `127.0.0.1:8233`: `0100007F:2029`. */
function inTable(address = '', port = 0): string {
  const bytes = address
    .split('.')
    .reverse()
    .map((byte) => asHex(Number(byte), 2));
  return `${bytes.join('')}:${asHex(port, 4)}`;
}

/** Who may read the key may read what it seals: ourselves, root, and the members of the group `pawl`. */
export async function mayRead(uid: number): Promise<boolean> {
  if (uid === 0 || uid === userInfo().uid) return true;
  const members = /^pawl:[^:]*:\d+:(.*)$/m.exec(await readIfThere('/etc/group'))?.[1] ?? '';
  const names = new Set(members.split(',').filter(Boolean));
  const users = (await readIfThere('/etc/passwd')).split('\n').map((line) => line.split(':'));
  return users.some(([name = '', , id]) => names.has(name) && Number(id) === uid);
}

function asHex(number: number, digits: number): string {
  return number.toString(16).toUpperCase().padStart(digits, '0');
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
