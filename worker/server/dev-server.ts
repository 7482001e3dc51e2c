import { execFile } from 'node:child_process';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { untilDone } from '../../activities/ports/until-seen';
import { writeDurably } from '../../activities/adapters/state-directory/durable-files';
import { SEARCH_ATTRIBUTES } from '../../workflows/model/search-attributes';
import { ConfigError, type Environment } from '../settings';

/** Runs are looked up for weeks; the dev server's own default forgets them after a day. */
const RETENTION = '720h';
const READY_WITHIN_MILLISECONDS = 60_000;

/** Beside the database while it is open, and after a crash: SQLite's log of what is not in the database yet. */
const WAL_ENDINGS = ['-wal', '-shm'] as const;

const DYNAMIC_CONFIG = [
  'system.enableActivityEagerExecution=true',
  // The server hands tasks, timers and what lists show on at most so often a second; its default of 20 makes each step
  // wait 50 ms for the next one. Measured with ten empty steps: 550 ms by default, 114 ms with these and WAL.
  'history.transferProcessorMaxPollRPS=1000',
  'history.timerProcessorMaxPollRPS=1000',
  'history.visibilityProcessorMaxPollRPS=1000',
  // The dev server also speaks HTTP, on a port of its own choosing, to any page a browser on this machine has open:
  // it answers no request whose Host is another than this, which nobody asks for.
  'frontend.httpAllowedHosts=["nobody.invalid"]',
] as const;

export interface DevServer {
  /** Temporal's CLI. */
  readonly program: string;
  readonly stateDirectory: string;
  readonly port: number;
  /** Absent: no web pages. */
  readonly uiPort?: number;
  /** Where the web pages have sealed payloads opened; absent: nowhere. */
  readonly codecEndpoint?: string;
  readonly namespace: string;
}

export function devServerAddress({ port }: Pick<DevServer, 'port'>): string {
  return `127.0.0.1:${port}`;
}

/** Shape: DevServer → argv */
export function devServerCommand(server: DevServer): readonly string[] {
  const { program, stateDirectory, port, uiPort, codecEndpoint, namespace } = server;
  return [
    ...[program, 'server', 'start-dev'],
    ...['--db-filename', databaseFile(stateDirectory)],
    // One fsync a commit instead of several; `synchronous` stays FULL, so a power cut loses nothing that was answered.
    ...['--sqlite-pragma', 'journal_mode=wal'],
    ...['--ip', '127.0.0.1', '--port', String(port)],
    ...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort)]),
    ...(codecEndpoint === undefined ? [] : ['--ui-codec-endpoint', codecEndpoint]),
    ...(namespace === 'default' ? [] : ['--namespace', namespace]),
    // Heeded for a new namespace only; the worker adds what an old one lacks.
    ...Object.values(SEARCH_ATTRIBUTES).flatMap((name) => [
      '--search-attribute',
      `${name}=Keyword`,
    ]),
    ...DYNAMIC_CONFIG.flatMap((value) => ['--dynamic-config-value', value]),
    ...['--log-format', 'json', '--log-level', 'warn'],
  ];
}

/**
 * Waits until the server answers, and makes it remember closed runs for 30 days.
 * Retry:  safe; sets the same again
 * Throws: Error when it does not answer within a minute · the signal's reason
 */
export async function untilServing(
  server: Pick<DevServer, 'program' | 'port' | 'namespace'>,
  env: Environment,
  signal: AbortSignal,
): Promise<void> {
  const { program, namespace } = server;
  const argv = ['operator', 'namespace', 'update', '--retention', RETENTION];
  const where = ['--namespace', namespace, '--address', devServerAddress(server)];
  const options = { env: { ...env }, signal, timeout: 10_000 };
  await untilDone(
    () => promisify(execFile)(program, [...argv, ...where, '--disable-config-file'], options),
    () => {
      signal.throwIfAborted();
      return true;
    },
    { everyMilliseconds: 50, withinMilliseconds: READY_WITHIN_MILLISECONDS, signal },
  );
}

/** Temporal's own format: a process with `TEMPORAL_CONFIG_FILE` set to it works with this server. */
export async function writeClientConfig(
  server: Pick<DevServer, 'stateDirectory' | 'port' | 'namespace'>,
): Promise<string> {
  const file = join(server.stateDirectory, 'temporal.toml');
  const profile = [
    '[profile.default]',
    `address = ${JSON.stringify(devServerAddress(server))}`,
    `namespace = ${JSON.stringify(server.namespace)}`,
  ];
  await writeDurably(file, `${profile.join('\n')}\n`);
  return file;
}

/**
 * Notes which version of Temporal's CLI made the database, and refuses another one: a dev server creates its tables
 * only in a new file and never migrates an old one (temporalio/documentation#2768). A database that a power cut has
 * left empty is removed, and a note that it has cut off is written anew.
 * Throws: ConfigError
 */
export async function claimDatabase(stateDirectory: string, version: string): Promise<void> {
  const database = databaseFile(stateDirectory);
  const stamp = `${database}.version`;
  const holdsSomething = (await sizeOf(database)) > 0;
  const made = holdsSomething ? await readStamp(stamp) : undefined;
  if (made === version) return;
  if (made !== undefined) throw madeByAnother(database, made, version);
  if (!holdsSomething) await removeDatabase(database);
  await writeDurably(stamp, `${version}\n`);
}

/** With its log beside it: what that holds belongs to no other database. */
async function removeDatabase(database: string): Promise<void> {
  for (const file of [database, ...WAL_ENDINGS.map((ending) => database + ending)]) {
    await rm(file, { force: true });
  }
}

/** Undefined: cut off. One that was written whole ends its line. */
async function readStamp(stamp: string): Promise<string | undefined> {
  if ((await sizeOf(stamp)) < 0) return 'an unknown version';
  return /^(\d+\.\d+\.\d+\S*)\n$/.exec(await readFile(stamp, 'utf8'))?.[1];
}

function madeByAnother(database: string, made: string, version: string): Error {
  return new ConfigError(
    [
      `${database} was made by Temporal CLI ${made} and cannot be used by ${version}.`,
      `Either go on with the old one (PAWL_TEMPORAL=/path/to/temporal pawl server), or start afresh: when no run is`,
      `open, move ${database}* away, all files whose names begin so. Past runs go from the UI with them;`,
      `recovery points, releases and the audit record are kept elsewhere and stay.`,
    ].join('\n'),
  );
}

function databaseFile(stateDirectory: string): string {
  return join(stateDirectory, 'temporal.db');
}

/** -1: there is no such file. */
async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return -1;
    throw error;
  }
}
