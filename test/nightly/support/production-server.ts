import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mountSmallDisk, type SmallDisk } from '../../runbooks/support/small-disk';
import { docker } from '../../support/docker';
import { until } from '../../support/processes';
import { checkoutHash } from '../../support/run-labels';
import { runProcess, type ProcessResult } from '../../support/run-process';

const FILE = 'docker-compose.temporal.yml';
const SOURCE = join(__dirname, '../../..', FILE);
const PROJECT = `pawl-production-${checkoutHash}`;
/** More than the log that PostgreSQL keeps. */
const DISK_MEGABYTES = 1_500;
export const PASSWORD_FILE = 'secrets/temporal-db-password';

/** `docker-compose.temporal.yml` in a folder of its own, used as its head says. */
export class ProductionServer {
  private constructor(
    readonly directory: string,
    private readonly env: Readonly<Record<string, string | undefined>>,
    private readonly bindAddress: string,
    private readonly disk: SmallDisk,
  ) {}

  /** Nothing is started yet. What a run that was killed has left of the same project is gone. */
  static async prepare(bindAddress: string): Promise<ProductionServer> {
    const directory = await mkdtemp(join(tmpdir(), 'pawl-production-'));
    await copyFile(SOURCE, join(directory, FILE));
    // `docker compose` as its plugin, wherever Docker's own settings are.
    const plugins = join(directory, 'docker/cli-plugins');
    await mkdir(plugins, { recursive: true });
    await symlink(process.env['PAWL_COMPOSE'] ?? '', join(plugins, 'docker-compose'));
    const env = {
      ...process.env,
      DOCKER_CONFIG: join(directory, 'docker'),
      COMPOSE_PROJECT_NAME: PROJECT,
      TEMPORAL_BIND_ADDRESS: bindAddress,
    };
    const disk = await mountSmallDisk(join(directory, 'disk'), DISK_MEGABYTES);
    const server = new ProductionServer(directory, env, bindAddress, disk);
    await server.compose('down', '--volumes');
    await docker.createVolume({
      Name: `${PROJECT}_database`,
      Labels: {
        'com.docker.compose.project': PROJECT,
        'com.docker.compose.volume': 'database',
      },
      DriverOpts: { type: 'none', o: 'bind', device: disk.folder },
    });
    return server;
  }

  /** What workers and clients are given as TEMPORAL_ADDRESS. */
  get address(): string {
    return `${this.bindAddress}:7233`;
  }

  get pages(): string {
    return `http://${this.bindAddress}:8233`;
  }

  get metrics(): string {
    return `http://${this.bindAddress}:8235/metrics`;
  }

  /** The commands in the head of the file, as they stand there. */
  async startAsItsHeadSays(): Promise<void> {
    const head = (await readFile(join(this.directory, FILE), 'utf8')).split('\nname:')[0] ?? '';
    const commands = [...head.matchAll(/^# {3}(\S.*)$/gm)].map(([, command = '']) => command);
    expect(commands.at(-1)).toBe(`docker compose -f ${FILE} up -d --wait`);
    for (const command of commands) await this.shell(command);
  }

  /** `docker compose -f … up -d --wait`. */
  async up(): Promise<void> {
    expect(await this.compose('up', '-d', '--wait')).toMatchObject({ code: 0 });
  }

  compose(...args: readonly string[]): Promise<ProcessResult> {
    const { directory: cwd, env } = this;
    const argv = ['docker', 'compose', '-f', FILE, ...args];
    return runProcess(argv, { cwd, env, timeoutSeconds: 300 });
  }

  /** In PostgreSQL, as its superuser. */
  async sql(database: string, statement: string): Promise<string> {
    const argv = ['psql', '-U', 'temporal', '-d', database, '-v', 'ON_ERROR_STOP=1', '-Atc'];
    const { code, stdout, stderr } = await this.exec('postgresql', ...argv, statement);
    if (code !== 0) throw new Error(stderr);
    return stdout.trim();
  }

  exec(service: string, ...argv: readonly string[]): Promise<ProcessResult> {
    return this.compose('exec', '-T', service, ...argv);
  }

  /** Temporal's CLI against it, from this machine. */
  async temporal<Answer>(...args: readonly string[]): Promise<Answer> {
    const argv = [process.env['PAWL_TEMPORAL'] ?? '', ...args, '-o', 'json'];
    const env = { PATH: process.env['PATH'], TEMPORAL_ADDRESS: this.address };
    const { code, stdout, stderr } = await runProcess(argv, { env: { ...env, HOME: tmpdir() } });
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as Answer;
  }

  /** Resolves when it takes requests. */
  async serves(seconds = 120): Promise<void> {
    const asked = () => this.temporal('operator', 'cluster', 'health').then(Boolean, () => undefined);
    await until(asked, seconds);
  }

  /** Which container is whose, and since when it runs. */
  async running(): Promise<Readonly<Record<string, string>>> {
    const services = ['postgresql', 'temporal', 'ui'];
    const told = await Promise.all(
      services.map(async (service) => {
        const { Id, State } = await this.inspect(service);
        return [service, `${Id} ${State.StartedAt}`] as const;
      }),
    );
    return Object.fromEntries(told);
  }

  /** As the kernel does when memory is short: `docker kill` would be a person's wish, and nothing started again. */
  async kill9(...services: readonly ('postgresql' | 'temporal')[]): Promise<void> {
    const pids = await Promise.all(services.map((service) => this.mainProcess(service)));
    for (const pid of pids) process.kill(pid, 'SIGKILL');
  }

  /** Stands still, and is not told so. */
  async freeze(service: string, milliseconds: number): Promise<void> {
    await this.compose('pause', service);
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    await this.compose('unpause', service);
  }

  /** Until PostgreSQL cannot write its log any more, and ends. */
  async fillDisk(): Promise<void> {
    await this.disk.remount(`size=${await this.disk.usedMegabytes()}m`);
    const statement =
      'create table filling as select generate_series(1, 1000000); drop table filling';
    const ended = /closed the connection|recovery mode|starting up|shutting down|not running|connection to server/;
    const gone = () =>
      this.sql('postgres', statement).then(
        () => undefined,
        (error: unknown) => ended.test((error as Error).message) || undefined,
      );
    await until(gone, 120);
  }

  async freeDisk(): Promise<void> {
    await this.disk.remount(`size=${DISK_MEGABYTES}m`);
  }

  async inspect(service: string) {
    const { stdout } = await this.compose('ps', '-aq', service);
    return docker.getContainer(stdout.trim()).inspect();
  }

  async logs(service: string): Promise<string> {
    return (await this.compose('logs', '--no-log-prefix', '--no-color', service)).stdout;
  }

  /** What `docs/operating.md` calls an upgrade: another version of both. */
  async setVersion(version: string): Promise<void> {
    const text = await readFile(SOURCE, 'utf8');
    const raised = text.replaceAll(/(temporalio\/(?:server|admin-tools)):\S+/g, `$1:${version}`);
    await writeFile(join(this.directory, FILE), raised);
  }

  async remove(): Promise<void> {
    await this.compose('down', '--volumes');
    await this.disk.unmount();
    await rm(this.directory, { recursive: true, force: true });
  }

  async shell(command: string): Promise<void> {
    const { directory: cwd, env } = this;
    const { code, stderr } = await runProcess(['sh', '-ec', command], {
      ...{ cwd, env, timeoutSeconds: 300 },
    });
    if (code !== 0) throw new Error(`${command}\n${stderr.slice(-2_000)}`);
  }

  /** The server's own: with `init: true` the container's first process is another one. */
  private async mainProcess(service: 'postgresql' | 'temporal'): Promise<number> {
    const { State } = await this.inspect(service);
    if (service === 'postgresql') return State.Pid;
    const children = `/proc/${State.Pid}/task/${State.Pid}/children`;
    return Number((await readFile(children, 'utf8')).trim().split(' ')[0]);
  }
}
