import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createResticCopies } from '../../activities/adapters/restic/create-restic-copies';
import { createResticRepositories } from '../../activities/adapters/restic/create-restic-repositories';
import { hostRunner } from '../../activities/adapters/process/run-command';
import type { Attempt } from '../../activities/ports/attempt';
import type { CopyDescription, RepositoryDescription } from '../../workflows/model/stack';
import { freePort } from '../../worker/free-port';
import { attemptOf, labelOf, manifestOf, noReceipt, sourceOf } from '../adapters/restic/fixtures';
import { failureOf } from '../support/failure-of';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { resticProgram } from '../support/restic-repository';

const CONTENT = randomBytes(60_000_000);
/** Debian's `backup`: a server of OpenSSH that is not root's needs no further user for itself. */
const BACKUP = { name: 'backup', id: 34 };

/** A server that copies are made to, on a port of its own. */
interface CopyServer {
  readonly title: string;
  readonly program: string;
  /** Makes `folder` ready, and says how the server is started and reached. */
  prepare(
    folder: string,
    program: string,
    port: number,
  ): Promise<{
    readonly argv: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    readonly user?: number;
    readonly copy: Pick<CopyDescription, 'url' | 'environment'>;
  }>;
}

const SERVERS: readonly CopyServer[] = [
  {
    title: 'rclone serve restic --append-only',
    program: 'rclone',
    prepare: async (folder, program, port) => {
      await mkdir(join(folder, 'served'));
      return {
        argv: [
          ...[program, 'serve', 'restic', '--append-only', '--addr', `127.0.0.1:${port}`],
          join(folder, 'served'),
        ],
        copy: { url: `rest:http://127.0.0.1:${port}/melvin/`, environment: {} },
      };
    },
  },
  {
    title: 'OpenSSH',
    program: 'sshd',
    prepare: prepareSsh,
  },
  {
    title: 'versitygw, for S3',
    program: 'versitygw',
    prepare: async (folder, program, port) => {
      await mkdir(join(folder, 'served'));
      return {
        argv: [program, '--port', `127.0.0.1:${port}`, 'posix', join(folder, 'served')],
        env: { ROOT_ACCESS_KEY: 'ops', ROOT_SECRET_KEY: 'secret-of-ops' },
        copy: {
          url: `s3:http://127.0.0.1:${port}/melvin`,
          environment: {
            AWS_ACCESS_KEY_ID: { plain: 'ops' },
            AWS_SECRET_ACCESS_KEY: { plain: 'secret-of-ops' },
          },
        },
      };
    },
  },
];

/** With an `ssh` of its own in the PATH, which knows the server's key and has its own. */
async function prepareSsh(folder: string, program: string, port: number) {
  const [served, bin] = [join(folder, 'served'), join(folder, 'bin')];
  await Promise.all([mkdir(served), mkdir(bin)]);
  const keygen = (name: string): void => {
    const args = ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)];
    expect(spawnSync('ssh-keygen', args).status).toBe(0);
  };
  keygen('host');
  keygen('user');
  await cp(join(folder, 'user.pub'), join(folder, 'authorized'));
  const known = await readFile(join(folder, 'host.pub'), 'utf8');
  await writeFile(join(folder, 'known'), `[127.0.0.1]:${port} ${known}`);
  const ssh = `#!/bin/sh\nexec /usr/bin/ssh -F none -o UserKnownHostsFile=${folder}/known -o IdentitiesOnly=yes -i ${folder}/user "$@"\n`;
  await writeFile(join(bin, 'ssh'), ssh);
  await chmod(join(bin, 'ssh'), 0o755);
  const settings = [
    ...[`Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${folder}/host`],
    ...[`AuthorizedKeysFile ${folder}/authorized`, 'StrictModes no', 'PidFile none'],
    ...['Subsystem sftp internal-sftp', 'UsePAM no'],
  ];
  await writeFile(join(folder, 'sshd_config'), `${settings.join('\n')}\n`);
  const isRoot = process.getuid?.() === 0;
  const own = [folder, served, join(folder, 'host'), join(folder, 'authorized')];
  if (isRoot) for (const path of own) await chown(path, BACKUP.id, BACKUP.id);
  const user = isRoot ? BACKUP.name : (process.env['USER'] ?? '');
  const PATH = `${bin}${delimiter}${process.env['PATH'] ?? ''}`;
  return {
    argv: [program, '-D', '-e', '-f', join(folder, 'sshd_config')],
    ...(isRoot && { user: BACKUP.id }),
    copy: {
      url: `sftp://${user}@127.0.0.1:${port}/${served}/melvin`,
      environment: { PATH: { plain: PATH } },
    },
  };
}

for (const server of SERVERS) {
  const program = findProgram(server.program);
  if (program === undefined) {
    describe.skip(`a copy on ${server.title} (needs ${server.program})`, () => {
      it('is not tried here', () => undefined);
    });
    continue;
  }
  describeWith(['restic'], `a copy on ${server.title}`, () => {
    let folder: string;
    let running: ChildProcess | undefined;
    let start: () => Promise<void>;
    let own: RepositoryDescription;
    let copy: CopyDescription;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'pawl-copy-'));
      const port = await freePort('127.0.0.1');
      const { argv, env, user, copy: where } = await server.prepare(folder, program, port);
      const common = { password: { env: 'UNUSED' }, initialise: true };
      own = { ...common, url: join(folder, 'own'), environment: {} };
      copy = { ...common, ...where, name: 'offsite' };
      start = async () => {
        running = spawn(argv[0] ?? '', argv.slice(1), {
          env: { ...process.env, ...env },
          stdio: 'ignore',
          ...(user === undefined ? {} : { uid: user, gid: user }),
        });
        await until(() => answers(port), 30);
      };
      await start();
    });
    afterAll(async () => {
      running?.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    });

    const site = {
      stack: 'melvin',
      directory: '/',
      secret: () => Promise.resolve('correct horse'),
    };
    const options = () => ({
      restic: resticProgram(),
      runner: hostRunner,
      cacheDirectory: join(folder, 'cache'),
    });
    const open = (description: RepositoryDescription) =>
      createResticRepositories(options())(site, description);
    const way = () => createResticCopies(options())(site, own, copy);

    it('is created, cut off in the middle, gone on with, and read back byte for byte', async () => {
      await open(own).initialise(attemptOf());
      const stored = await open(own).storeStream({
        source: sourceOf([CONTENT]),
        label: labelOf(),
        attempt: attemptOf(),
        beforeClose: noReceipt,
      });
      const parts = manifestOf().parts.map((part) => ({
        ...part,
        ...{ snapshotId: stored.snapshotId, path: stored.path },
        ...{ bytes: stored.receipt.bytes, sha256: stored.receipt.sha256 },
      }));
      const { id } = await open(own).storeManifest({ ...manifestOf(), parts }, attemptOf());

      const away = await open({ ...copy, url: copy.url }).probe(attemptOf());
      expect(away.state).toBe('absent');
      await way().initialise(attemptOf());
      await way().initialise(attemptOf());

      const part = { ids: [stored.snapshotId], bytes: CONTENT.length, what: 'a part' };
      const cut = new AbortController();
      const cutting: Attempt = attemptOf({
        signal: cut.signal,
        // Its server is gone, and so is the worker: with `restic` alone it would try for a quarter of an hour.
        onProgress: () => {
          running?.kill('SIGKILL');
          setTimeout(() => {
            cut.abort(new Error('the worker is stopped'));
          }, 1_000).unref();
        },
      });
      await expect(way().copySnapshots(part, cutting)).rejects.toThrow('the worker is stopped');
      expect(await failureOf(open(copy).look('melvin', attemptOf()))).toMatchObject({
        kind: 'ServiceUnavailable',
      });

      await start();
      await way().copySnapshots(part, attemptOf());
      await way().copySnapshots({ ids: [id], bytes: 0, what: 'its manifest' }, attemptOf());
      await rm(own.url, { recursive: true });

      const look = await open(copy).look('melvin', attemptOf());
      const [point] = look.found.points;
      expect(point?.runKey).toBe('key-1');
      expect([...(await look.findMissingParts(look.found.points))]).toEqual([]);
      const manifest = await open(copy).readManifest(point?.id ?? '', attemptOf());
      const [place] = await look.locateParts(manifest);
      const { snapshotId = '', path = '' } = place ?? {};
      const reading = await open(copy).readStream(snapshotId, path, attemptOf());
      expect(CONTENT.equals(await buffer(reading.stream))).toBe(true);
      await reading.finish();
    });
  });
}

/** In the PATH, or among the programs of an administrator. */
function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function answers(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(undefined);
    });
  });
}
