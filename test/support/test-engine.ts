import { existsSync } from 'node:fs';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Dockerode from 'dockerode';
import { startChild, stopChild, type Child } from '../../worker/server/child';
import { mountSmallDisk, type SmallDisk } from '../runbooks/support/small-disk';
import { followed } from '../images/base-image';
import { docker as ofMachine } from './docker';
import { until } from './processes';
import { checkoutHash } from './run-labels';
import { runProcess } from './run-process';

/** It takes root, and Debian's `docker.io` or the like. */
export const canRunEngine = process.getuid?.() === 0 && existsSync('/usr/sbin/dockerd');

const DISK_MEGABYTES = 3_000;
const STOP_GRACE_MILLISECONDS = 20_000;

/** A bridge and addresses of the checkout's own: another checkout's engine must not meet this one. */
const BRIDGE = `pawl${checkoutHash.slice(0, 8)}`;
const NETWORK = `10.${128 + (parseInt(checkoutHash.slice(0, 4), 16) % 100)}`;
const POOL = `${NETWORK}.0.0/16`;
/** A machine's own engine lets nothing through between bridges' ports that it has not made. */
const LET_THROUGH = ['FORWARD', '-s', POOL, '-d', POOL, '-j', 'ACCEPT'];

/** A Docker Engine of a test's own, with its images in memory: it may be killed, and its disk may be full. */
export class TestEngine {
  private daemon: Child | undefined;
  private containerd: Child | undefined;

  private constructor(
    private readonly folder: string,
    readonly disk: SmallDisk,
    readonly docker: Dockerode,
  ) {}

  static async create(): Promise<TestEngine> {
    // What a run that was killed has left.
    await forgetNetwork().catch(() => undefined);
    const folder = await mkdtemp(join(tmpdir(), 'pawl-engine-'));
    await command('ip', 'link', 'add', BRIDGE, 'type', 'bridge');
    await command('ip', 'address', 'add', `${NETWORK}.255.1/24`, 'dev', BRIDGE);
    await command('iptables', '-A', ...LET_THROUGH);
    const disk = await mountSmallDisk(join(folder, 'data'), DISK_MEGABYTES);
    const docker = new Dockerode({ socketPath: join(folder, 'docker.sock') });
    const engine = new TestEngine(folder, disk, docker);
    await engine.startContainerd();
    return engine;
  }

  /** Value of DOCKER_HOST. */
  get host(): string {
    return `unix://${join(this.folder, 'docker.sock')}`;
  }

  /** Of the one network that a Compose project on it may have. */
  get network(): object {
    return { ipam: { config: [{ subnet: `${NETWORK}.1.0/24` }] } };
  }

  /** Resolves when it answers. `liveRestore`: what has gone on running without an engine goes on with it. */
  async start({ liveRestore = false } = {}): Promise<void> {
    this.daemon = await this.startLogged([
      'dockerd',
      ...this.flags,
      ...(liveRestore ? ['--live-restore'] : []),
    ]);
    const answers = () => this.docker.ping().then(Boolean, () => undefined);
    await until(answers, 60).catch(async () => {
      throw new Error((await readFile(join(this.folder, 'log'), 'utf8')).slice(-2_000));
    });
  }

  /** As `docker save` and `docker load` do. */
  async load(...images: readonly string[]): Promise<void> {
    for (const image of images) {
      const archive = await ofMachine.getImage(image).get();
      await followed(this.docker, await this.docker.loadImage(archive), image);
    }
  }

  async kill9(): Promise<void> {
    this.daemon?.kill('SIGKILL');
    await this.daemon?.exit;
  }

  /** Ends it for good, with all that it has. */
  async remove(): Promise<void> {
    const containers = await this.docker.listContainers({ all: true }).catch(() => []);
    for (const { Id } of containers) {
      await this.docker.getContainer(Id).remove({ force: true, v: true });
    }
    for (const child of [this.daemon, this.containerd]) {
      if (child !== undefined) await stopChild(child, STOP_GRACE_MILLISECONDS);
    }
    const mounts = await readFile('/proc/self/mounts', 'utf8');
    const own = mounts.split('\n').flatMap((line) => line.split(' ')[1] ?? []);
    for (const place of own.filter((each) => each.startsWith(`${this.folder}/`)).reverse()) {
      await command('umount', '--lazy', place);
    }
    await forgetNetwork();
    await rm(this.folder, { recursive: true, force: true });
  }

  private get flags(): readonly string[] {
    return [
      ...['--data-root', this.disk.folder, '--exec-root', join(this.folder, 'exec')],
      ...['--containerd', this.containerdSocket],
      ...['--pidfile', join(this.folder, 'pid'), '--host', this.host],
      // `docker0` is the machine's own engine's: without `--bridge` this one would take it, with `none` it would remove
      // it, and with `--default-address-pool` too, when it is started again (20.10, `initNetworkController`).
      ...['--bridge', BRIDGE],
      ...['--iptables=false', '--ip6tables=false', '--ip-forward=false'],
      ...['--storage-driver', 'overlay2'],
    ];
  }

  private get containerdSocket(): string {
    return join(this.folder, 'containerd.sock');
  }

  /** As distributions run it: beside the engine, so that containers do not notice the engine's death. */
  private async startContainerd(): Promise<void> {
    const config = join(this.folder, 'containerd.toml');
    await writeFile(config, 'version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n');
    const places = ['--root', join(this.folder, 'root'), '--state', join(this.folder, 'state')];
    const argv = ['containerd', '--config', config, '--address', this.containerdSocket, ...places];
    this.containerd = await this.startLogged(argv);
    await until(() => (existsSync(this.containerdSocket) ? true : undefined));
  }

  private async startLogged(argv: readonly string[]): Promise<Child> {
    const output = await open(join(this.folder, 'log'), 'a');
    try {
      return await startChild({ argv, env: process.env, output: output.fd });
    } finally {
      await output.close();
    }
  }
}

/** With the bridges of Compose projects: one that is left would take the next engine's addresses. */
async function forgetNetwork(): Promise<void> {
  const { stdout } = await runProcess(['ip', '-oneline', '-4', 'address'], { env: process.env });
  for (const [, link = '', address = ''] of stdout.matchAll(/^\d+: +(\S+) +inet (\S+)/gm)) {
    if (address.startsWith(`${NETWORK}.`)) await command('ip', 'link', 'delete', link);
  }
  await command('iptables', '-D', ...LET_THROUGH);
}

async function command(...argv: readonly string[]): Promise<void> {
  const { code, stderr } = await runProcess(argv, { env: process.env });
  if (code !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
}
