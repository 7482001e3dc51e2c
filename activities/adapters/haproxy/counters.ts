import { SLOTS, type Slot } from '../../../workflows/model/deployment';
import type {
  ServerCounters,
  SlotCounters,
  SwitchCounters,
} from '../../../workflows/model/traffic';
import { BACKEND } from './configuration';
import {
  processes,
  readServers,
  readStatistics,
  serversState,
  type Row,
  type Server,
} from './running-state';
import { ask } from './socket';

const SHOW_SERVERS = 'show stat -1 4 -1';

/** Asks the worker that serves, and of those before it what they still have in flight. */
export async function readCounters(folder: string, signal: AbortSignal): Promise<SwitchCounters> {
  const rows = readStatistics(await ask(folder, 'admin.sock', SHOW_SERVERS, signal));
  const servers = readServers(await serversState(folder, signal));
  return sumUp(rows, servers, await lingering(folder, signal));
}

/** Since the last reload, which is seldom; a worker that has just ended has nothing any more. */
async function lingering(folder: string, signal: AbortSignal): Promise<Row[]> {
  const { old } = await processes(folder, signal);
  const rows: Row[] = [];
  for (const pid of old) {
    const text = await ask(folder, 'master.sock', `@!${pid} ${SHOW_SERVERS}`, signal);
    if (text.startsWith('# pxname,')) rows.push(...readStatistics(text));
  }
  return rows;
}

/**
 * Sums up what HAProxy says of the servers of each slot.
 *
 * What counts where was measured on 2.6.12 and 3.0.11. An answer of the server's is in hrsp_*; one that breaks off in its
 * body in eresp too. Where no answer comes, HAProxy makes a 502 or 504 of its own, which is in eresp alone. But on a
 * connection on which its client has asked before, it just closes that, and counts nothing: only stot, the requests sent
 * to the server, tells. A connection that could not be made is in wredis when another server was then tried: its client
 * may never know. Exact are answers and requests without one; of answers that break off, 2.6 leaves out some when clients
 * were cut off too, and 3.0 counts some twice.
 */
function sumUp(
  rows: readonly Row[],
  servers: readonly Server[],
  lingering: readonly Row[],
): SwitchCounters {
  const [blue, green] = SLOTS.map((slot) => slotCounters(slot, rows, servers, lingering));
  return { blue, green } as SwitchCounters;
}

const ANSWERS = ['hrsp_1xx', 'hrsp_2xx', 'hrsp_3xx', 'hrsp_4xx', 'hrsp_5xx', 'hrsp_other'];

function slotCounters(
  slot: Slot,
  rows: readonly Row[],
  servers: readonly Server[],
  lingering: readonly Row[],
): SlotCounters {
  const all = rows.filter((row) => isOf(slot, row));
  const ending = lingering.filter((row) => isOf(slot, row));
  const own = all.filter(({ pxname }) => pxname === BACKEND);
  const of = servers.filter(({ name }) => name.startsWith(`${slot}-`));
  const known = of.filter(({ backend }) => backend === BACKEND);
  const counted = addressed(of, all, ending);
  const missing = own.reduce((count, row) => count + unanswered(row), 0);
  const errors = sum(own, ['hrsp_5xx']) + Math.max(missing, sum(own, ['eresp', 'econ']));
  return {
    up: counted.filter(({ up }) => up).length,
    servers: counted,
    weight: known.reduce((sum, { state, weight }) => sum + (state === 'ready' ? weight : 0), 0),
    inFlight: sum([...all, ...ending], ['scur']),
    responses: Math.max(sum(own, ANSWERS) + missing, errors),
    errors,
    connectionErrors: sum(own, ['econ', 'wretr', 'wredis']),
    responseMilliseconds: meanResponse(own),
  };
}

/** A container is one address, and a server for each of its ports: up when it gets requests and connections alike. */
function addressed(
  servers: readonly Server[],
  rows: readonly Row[],
  ending: readonly Row[],
): ServerCounters[] {
  const known = servers.filter(({ backend }) => backend === BACKEND);
  const backends = new Set(servers.map(({ backend }) => backend));
  return known.flatMap(({ address }) => {
    if (address === undefined) return [];
    const its = servers.filter((server) => server.address === address);
    const now = its.flatMap((server) => rowsOf(server, rows));
    // A reload hands the servers on by their names: a worker that ends has the same address under the same name.
    const before = its.flatMap((server) => rowsOf(server, ending));
    const up = now.length === backends.size && now.every(isUp);
    const down = now.some(isDown);
    return [{ address, up, down, inFlight: sum([...now, ...before], ['scur']) }];
  });
}

function rowsOf({ backend, name }: Server, rows: readonly Row[]): readonly Row[] {
  return rows.filter(({ pxname, svname }) => pxname === backend && svname === name);
}

function isOf(slot: Slot, row: Row): boolean {
  return (row['svname'] ?? '').startsWith(`${slot}-`);
}

/** What was sent to the server, less what has an answer, is in flight, went to another, or was given up by its client. */
function unanswered(row: Row): number {
  const accountedFor = [...ANSWERS, 'scur', 'wredis', 'wretr', 'cli_abrt'];
  return Math.max(0, sum([row], ['stot']) - sum([row], accountedFor));
}

/** HAProxy takes a server for up before its first check; here it is up when the last check passed. */
function isUp(row: Row): boolean {
  return /^(UP|DRAIN)/.test(row['status'] ?? '') && /L7OK/.test(row['check_status'] ?? '');
}

/** By its check, or for want of an address; not because it is drained or was sent into maintenance by pawl. */
function isDown(row: Row): boolean {
  return /^(DOWN|MAINT \(resolution\))/.test(row['status'] ?? '');
}

/** Of each server it is the average of its last 1,024 answers. */
function meanResponse(rows: readonly Row[]): number {
  const counted = rows.map((row) => Math.min(sum([row], ANSWERS), 1024));
  const all = counted.reduce((total, count) => total + count, 0);
  if (all === 0) return 0;
  return (
    rows.reduce((total, row, at) => total + sum([row], ['rtime']) * (counted[at] ?? 0), 0) / all
  );
}

function sum(rows: readonly Row[], columns: readonly string[]): number {
  return rows.reduce(
    (total, row) => columns.reduce((all, column) => all + Number(row[column] ?? 0), total),
    0,
  );
}
