import { AdapterError } from '../../ports/adapter-error';
import { MAP, PAGE_KEY, shapeIn } from './configuration';
import { ask } from './socket';

/** A line of a table that HAProxy prints, by the names of its columns. */
export type Row = Readonly<Record<string, string>>;

/** Bits of srv_admin_state that the runtime socket sets and clears. */
const FORCED_MAINTENANCE = 0x01;
const FORCED_DRAIN = 0x08;

export interface Server {
  readonly backend: string;
  readonly name: string;
  /** Absent while DNS has none. */
  readonly address?: string;
  readonly weight: number;
  readonly state: 'ready' | 'drain' | 'maint';
}

/** The fingerprint of what the worker was started with. Undefined when it is of another's file. */
export async function runningShape(
  folder: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  return shapeIn(await ask(folder, 'admin.sock', 'show info', signal));
}

export async function serversState(folder: string, signal: AbortSignal): Promise<string> {
  return ask(folder, 'admin.sock', 'show servers state', signal);
}

/** `show servers state`: a version, then the names of the columns, then the servers. */
export function readServers(text: string): Server[] {
  const [, header = '', ...lines] = text.trim().split('\n');
  const rows = table(header, lines, ' ');
  if (rows.length === 0) throw unreadable('show servers state', text);
  return rows.map((row) => {
    const [address = '-', admin] = [row['srv_addr'], Number(row['srv_admin_state'])];
    return {
      backend: row['be_name'] ?? '',
      name: row['srv_name'] ?? '',
      ...(address === '-' || address === '' ? {} : { address }),
      weight: Number(row['srv_uweight']),
      state: (admin & FORCED_MAINTENANCE) > 0 ? 'maint' : admin & FORCED_DRAIN ? 'drain' : 'ready',
    };
  });
}

/** `show stat`: of servers, in CSV. */
export function readStatistics(text: string): Row[] {
  const [header = '', ...lines] = text.trim().split('\n');
  if (!header.startsWith('# pxname,')) throw unreadable('show stat', text);
  return table(header, lines, ',');
}

function table(header: string, lines: readonly string[], separator: string): Row[] {
  const names = header.replace(/^# /, '').split(separator);
  return lines.map((line) => {
    const values = line.split(separator);
    return Object.fromEntries(names.map((name, at) => [name, values[at] ?? '']));
  });
}

/** The page that was set at run time; undefined when none was, and the file's goes. */
export async function livePage(folder: string, signal: AbortSignal): Promise<string | undefined> {
  const text = await ask(folder, 'admin.sock', `show map ${MAP}`, signal);
  const entries = text.split('\n').map((line) => line.trim().split(' '));
  return entries.find(([, key]) => key === PAGE_KEY)?.[2];
}

export interface Processes {
  /** Reloads that failed since the last good one. */
  readonly failed: number;
  /** Workers that take nothing new, and end when what they have ends. */
  readonly old: readonly string[];
}

/** `show proc` of the master. */
export async function processes(folder: string, signal: AbortSignal): Promise<Processes> {
  const text = await ask(folder, 'master.sock', 'show proc', signal);
  const [, old = ''] = text.split('# old workers');
  const pids = old.split('\n').flatMap((line) => /^(\d+)\s+worker\b/.exec(line)?.[1] ?? []);
  return { failed: Number(/\[failed: (\d+)\]/.exec(text)?.[1] ?? 0), old: pids };
}

function unreadable(command: string, text: string): AdapterError {
  const said = text.trim() === '' ? 'nothing' : JSON.stringify(text.trim().slice(0, 200));
  // A worker that ends closes the connection in the middle: the next one answers.
  const kind = text.trim() === '' ? 'ServiceUnavailable' : 'CommandFailed';
  return new AdapterError(kind, `HAProxy answers \`${command}\` with ${said}`);
}
