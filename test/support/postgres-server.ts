import { execFile, spawn, type ChildProcess, type ExecFileOptions } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { freePort } from '../../worker/free-port';

const run = promisify(execFile);
const START_DEADLINE_MS = 30_000;

export interface PostgresServer {
  readonly host: string;
  readonly port: number;
  /** The superuser. */
  readonly user: string;
  /** Random; only valid over TCP (scram). The socket asks for none. */
  readonly password: string;
  readonly socketDirectory: string;
  /** Folder of the server's programs. */
  readonly programs: string;
  /** The postmaster's process id, now. */
  readonly pid: number;
  /** Connects as the superuser; the caller ends the client. */
  connect(database?: string): Promise<Client>;
  /** Runs one statement on a connection of its own. */
  query<Row>(sql: string, database?: string): Promise<Row[]>;
  /** SIGKILL to the postmaster and to every process it started. Resolves when they are gone. */
  kill9(): Promise<void>;
  /** Starts again on the same port with the same data, after a kill9 or while it runs. */
  restart(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** Starts a real server from the machine's own programs, with its data in a temporary folder. */
export async function startPostgres(
  settings: readonly string[] = [],
  programs = serverPrograms(),
): Promise<PostgresServer> {
  if (programs === undefined) throw new Error('PostgreSQL has no server programs on this machine');
  return begin(new LocalPostgres(programs, settings));
}

/** Starts a server that follows another one, and can be read. */
export async function startStandby(primary: PostgresServer): Promise<PostgresServer> {
  return begin(new LocalPostgres(primary.programs, [], primary));
}

async function begin(server: LocalPostgres): Promise<PostgresServer> {
  try {
    await server.create();
    await server.start();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

/** The newest of Debian's folders, or the one that PAWL_POSTGRES_BIN names. */
export function serverPrograms(): string | undefined {
  const named = process.env['PAWL_POSTGRES_BIN'];
  if (named !== undefined) return named;
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return undefined;
  return readdirSync(root)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(root, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'postgres')));
}

class LocalPostgres implements PostgresServer {
  readonly host = '127.0.0.1';
  readonly user = 'pawl';
  readonly password: string;
  port = 0;
  private folder = '';
  private postmaster: ChildProcess | undefined;
  private log = '';

  constructor(
    readonly programs: string,
    private readonly settings: readonly string[],
    private readonly primary?: PostgresServer,
  ) {
    this.password = primary?.password ?? randomBytes(12).toString('base64url');
  }

  get socketDirectory(): string {
    return this.folder;
  }

  get pid(): number {
    const pid = this.postmaster?.pid;
    if (pid === undefined) throw new Error('this PostgreSQL does not run');
    return pid;
  }

  async create(): Promise<void> {
    this.folder = await mkdtemp(join(tmpdir(), 'pawl-postgres-'));
    const passwordFile = join(this.folder, 'password');
    await writeFile(passwordFile, this.password);
    const { uid, gid } = await serverIdentity();
    for (const path of [this.folder, passwordFile]) await chown(path, uid, gid);
    await chmod(this.folder, 0o755); // clients of other users go through it to the socket
    const options = { uid, gid, cwd: this.folder };
    if (this.primary === undefined) await this.initialise(passwordFile, options);
    else await this.copy(this.primary, options);
    this.port = await freePort('127.0.0.1');
  }

  private async initialise(passwordFile: string, options: ExecFileOptions): Promise<void> {
    const argv = ['--username', this.user, '--pwfile', passwordFile, '--encoding=UTF8'];
    argv.push('--auth-local=trust', '--auth-host=scram-sha-256', '--locale=C.UTF-8', '--no-sync');
    await run(join(this.programs, 'initdb'), [...argv, this.data], options);
  }

  private async copy(primary: PostgresServer, options: ExecFileOptions): Promise<void> {
    const argv = ['--host', primary.host, '--port', String(primary.port), '--username', this.user];
    argv.push('--write-recovery-conf', '--checkpoint=fast', '--no-sync', '--pgdata', this.data);
    const env = { ...process.env, PGPASSWORD: primary.password };
    await run(join(this.programs, 'pg_basebackup'), argv, { ...options, env });
  }

  async start(): Promise<void> {
    const { uid, gid } = await serverIdentity();
    const settings = ['fsync=off', 'shared_buffers=128MB', 'lc_messages=C', ...this.settings];
    settings.push(`port=${this.port}`, `listen_addresses=${this.host}`);
    settings.push(`unix_socket_directories=${this.folder}`);
    const argv = ['-D', this.data, ...settings.flatMap((setting) => ['-c', setting])];
    const options = { uid, gid, cwd: this.folder, env: { PATH: process.env['PATH'], TZ: 'UTC' } };
    this.postmaster = spawn(join(this.programs, 'postgres'), argv, {
      ...options,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.postmaster.stderr?.on('data', (text: Buffer) => {
      this.log = (this.log + text.toString()).slice(-4_000);
    });
    await this.answers();
  }

  async connect(database = 'postgres'): Promise<Client> {
    const { host, port, user, password } = this;
    const client = new Client({ host, port, user, password, database, application_name: 'test' });
    client.on('error', () => undefined); // killed servers are what these tests are about
    await client.connect();
    return client;
  }

  async query<Row>(sql: string, database?: string): Promise<Row[]> {
    const client = await this.connect(database);
    try {
      return (await client.query(sql)).rows as Row[];
    } finally {
      await client.end();
    }
  }

  async kill9(): Promise<void> {
    if (this.postmaster?.exitCode !== null || this.postmaster.signalCode !== null) return;
    const gone = once(this.postmaster, 'exit');
    const children = await childrenOf(this.pid);
    for (const pid of [this.pid, ...children]) kill(pid);
    await gone;
    await until('the processes of PostgreSQL are gone', () => !children.some(isAlive));
  }

  async restart(): Promise<void> {
    await this.kill9();
    // A new postmaster refuses to start beside the lock files of one that was killed only when its pid lives again.
    await rm(join(this.data, 'postmaster.pid'), { force: true });
    await this.start();
  }

  async stop(): Promise<void> {
    await this.kill9();
    if (this.folder !== '') await rm(this.folder, { recursive: true, force: true });
  }

  private get data(): string {
    return join(this.folder, 'data');
  }

  private async answers(): Promise<void> {
    await until(`PostgreSQL answers on port ${this.port}`, async () => {
      if (this.postmaster?.exitCode !== null) throw new Error(`PostgreSQL ended: ${this.log}`);
      return this.query('select 1').then(
        () => true,
        () => false,
      );
    });
  }
}

/** PostgreSQL refuses to run as root: then it runs as `postgres`, or `nobody`. */
async function serverIdentity(): Promise<{ uid: number; gid: number }> {
  const uid = process.getuid?.() ?? 0;
  if (uid !== 0) return { uid, gid: process.getgid?.() ?? 0 };
  const users = await readFile('/etc/passwd', 'utf8');
  for (const name of ['postgres', 'nobody']) {
    const fields = users.split('\n').map((line) => line.split(':'));
    const found = fields.find(([user]) => user === name);
    if (found) return { uid: Number(found[2]), gid: Number(found[3]) };
  }
  throw new Error('there is neither a user `postgres` nor `nobody` to run PostgreSQL as');
}

async function childrenOf(pid: number): Promise<number[]> {
  const { stdout } = await run('ps', ['-e', '-o', 'pid=,ppid=']);
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child ?? 0);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + START_DEADLINE_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not in ${START_DEADLINE_MS} ms: ${what}`);
    await delay(50);
  }
}
