import { chown, lstat, mkdir, readdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { fingerprint } from '../../../../../workflows/model/fingerprint';
import type { ProtectEntry } from '../../../../../workflows/model/stack';
import { AdapterError } from '../../../../ports/adapter-error';
import type { CommandRunner } from '../../../../ports/command-runner';
import type { ScratchPlaces } from '../../../../ports/scratch';
import { clientProgramsOnHost } from '../connect/find-client-program';

/** PostgreSQL's own. Nothing listens on a network: it only names the socket's file. */
const PORT = 5432;

/** PostgreSQL will not run as root: then the server runs as the first of these that the host has. */
const SERVER_USERS = ['postgres', 'nobody'];

/** In English, or they cannot be told apart. */
const ENVIRONMENT = { LC_ALL: 'C.UTF-8', LC_MESSAGES: 'C' };

interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Scratch servers of the host's own PostgreSQL: `root/<run key>/<entry>`, with the socket in it. They outlive the worker, so
 * that a step after its death finds them. `root` must be short: a socket's path has 107 octets at most.
 */
export function scratchClusters(hostRunner: CommandRunner, root: string): ScratchPlaces {
  const clusters = new Clusters(hostRunner, root);
  return {
    async observe({ sourceVersion }) {
      const programs = await clusters.programsFor(sourceVersion);
      const { stdout } = await hostRunner.run([join(programs, 'postgres'), '--version']);
      await clusters.makeRoot();
      const { bavail, bsize } = await statfs(root);
      const version = stdout.trim().replace('postgres (PostgreSQL)', 'PostgreSQL');
      return {
        place: `a server of this host's own ${version}`,
        disk: 'host',
        freeBytes: bavail * bsize,
      };
    },

    async open({ entry, sourceVersion, runKey, attempt: { signal } }) {
      const folder = join(root, runKey, fingerprint(Buffer.from(entry.name)));
      await clusters.remove(folder);
      await clusters.makeRoot();
      await mkdir(folder, { recursive: true, mode: 0o711 });
      await clusters.start(folder, await clusters.programsFor(sourceVersion), { entry, signal });
      return { kind: 'cluster', folder, port: PORT };
    },

    sweep: (runKey) => clusters.sweep(runKey),

    async sweepOlderThan(seconds) {
      for (const runKey of await namesIn(root)) {
        const { mtimeMs } = await lstat(join(root, runKey));
        if (mtimeMs < Date.now() - seconds * 1000) await clusters.sweep(runKey);
      }
    },
  };
}

class Clusters {
  private identity: Identity | undefined;

  constructor(
    private readonly runner: CommandRunner,
    private readonly root: string,
  ) {}

  /** Folder of the server's programs. Throws: PreconditionFailed (the host has none that are new enough) */
  async programsFor(sourceVersion: string): Promise<string> {
    const major = Number(/\d+/.exec(sourceVersion)?.[0] ?? 0);
    return dirname(await clientProgramsOnHost(this.runner)('initdb', major));
  }

  /** It may lie where anybody may make folders: another's is not used. */
  async makeRoot(): Promise<void> {
    await mkdir(this.root, { recursive: true, mode: 0o711 });
    const found = await lstat(this.root);
    if (found.isDirectory() && found.uid === process.getuid?.()) return;
    const text = `${this.root} is not a folder of the worker's own: nothing is restored there`;
    throw new AdapterError('PreconditionFailed', text, { advice: 'Remove it.' });
  }

  async start(
    folder: string,
    programs: string,
    { entry, signal }: { readonly entry: ProtectEntry; readonly signal: AbortSignal },
  ): Promise<void> {
    const data = join(folder, 'data');
    // Whoever removes it must know by what it was started.
    await writeFile(join(folder, 'programs'), programs);
    await this.giveAway(folder);
    await this.run(folder, signal, [
      ...[join(programs, 'initdb'), `--pgdata=${data}`, `--username=${userOf(entry)}`],
      ...['--auth=trust', '--encoding=UTF8', '--locale=C'],
    ]);
    const socket = `'${folder.replaceAll("'", "''")}'`;
    const settings = [`port = ${PORT}`, "listen_addresses = ''", "lc_messages = 'C'"];
    settings.push(`unix_socket_directories = ${socket}`, 'unix_socket_permissions = 0700');
    await writeFile(join(data, 'postgresql.auto.conf'), `${settings.join('\n')}\n`);
    const log = `--log=${join(folder, 'log')}`;
    await this.run(folder, signal, [
      ...[join(programs, 'pg_ctl'), 'start', '--wait', log, '-D', data],
    ]);
  }

  async sweep(runKey: string): Promise<void> {
    const own = join(this.root, runKey);
    for (const name of await namesIn(own)) await this.remove(join(own, name));
    await rm(own, { recursive: true, force: true });
  }

  /** With its server, at once: nothing of it is kept. Does nothing when it is gone. */
  async remove(folder: string): Promise<void> {
    const data = join(folder, 'data');
    const programs = await readFile(join(folder, 'programs'), 'utf8').catch(ifAbsent);
    const pid = await lstat(join(data, 'postmaster.pid')).catch(ifAbsent);
    if (programs !== undefined && pid !== undefined) {
      const stop = [join(programs, 'pg_ctl'), 'stop', '--mode=immediate', '--wait', '-D', data];
      // 1: its server is dead already.
      await this.runner.run([...(await this.asServer()), ...stop], { accept: [0, 1], cwd: '/' });
    }
    await rm(folder, { recursive: true, force: true });
  }

  private async run(cwd: string, signal: AbortSignal, argv: readonly string[]): Promise<void> {
    await this.runner.run([...(await this.asServer()), ...argv], { cwd, signal, env: ENVIRONMENT });
  }

  private async asServer(): Promise<readonly string[]> {
    const identity = await this.serverIdentity();
    if (identity === undefined) return [];
    const { uid, gid } = identity;
    return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--'];
  }

  private async giveAway(folder: string): Promise<void> {
    const identity = await this.serverIdentity();
    if (identity !== undefined) await chown(folder, identity.uid, identity.gid);
  }

  /** Undefined where the worker's own will do. */
  private async serverIdentity(): Promise<Identity | undefined> {
    if (process.getuid?.() !== 0) return undefined;
    this.identity ??= await this.findIdentity();
    return this.identity;
  }

  private async findIdentity(): Promise<Identity> {
    for (const user of SERVER_USERS) {
      const id = async (flag: string) => {
        const { stdout } = await this.runner.run(['id', flag, user], { accept: [0, 1] });
        return stdout.trim();
      };
      const uid = await id('-u');
      if (uid !== '') return { uid: Number(uid), gid: Number(await id('-g')) };
    }
    const text = 'PostgreSQL does not run as root, and this host has neither of its users';
    throw new AdapterError('PreconditionFailed', `${text}: ${SERVER_USERS.join(', ')}`);
  }
}

function userOf(entry: ProtectEntry): string {
  const user = entry.engine === 'postgres' ? entry.user : undefined;
  return user ?? userInfo().username;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(ifAbsent)) ?? [];
}

/** To catch with: what is not there is undefined. */
function ifAbsent(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
