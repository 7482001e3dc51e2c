import { randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import Dockerode from 'dockerode';
import { TEST_IMAGES } from '../images/test-images';
import { until } from './processes';
import { testLabels } from './run-labels';

export { TEST_IMAGES };

export const docker = new Dockerode();

/** A name no other test has: `pawl-test-api-5f0c2a9e`. */
export function uniqueName(title: string): string {
  return `pawl-test-${title}-${randomBytes(4).toString('hex')}`;
}

export interface ContainerOptions {
  readonly image?: string;
  /** A part of its unique name. */
  readonly title?: string;
  /** Instead of the image's own; a container without either sleeps. */
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** Container ports to publish, each on a free port of 127.0.0.1: see `portOf`. */
  readonly ports?: readonly number[];
  readonly hostConfig?: Dockerode.HostConfig;
  /** Names by network, under which other containers find it. */
  readonly aliases?: Readonly<Record<string, readonly string[]>>;
  readonly entrypoint?: readonly string[];
  readonly user?: string;
  /** Created only, when false. */
  readonly started?: boolean;
}

export interface ServiceOptions extends ContainerOptions {
  readonly project: string;
  readonly service: string;
  /** Its place among the replicas; 1 when absent. */
  readonly number?: number;
  readonly oneOff?: boolean;
}

export interface Executed {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a container. Whoever starts it removes it: one that is left fails the whole run. */
export async function startContainer(options: ContainerOptions = {}): Promise<TestContainer> {
  const { image = TEST_IMAGES.base, title = 'container', ports = [] } = options;
  const command = options.command ?? (image === TEST_IMAGES.base ? ['sleep', '3600'] : undefined);
  const exposed = ports.map((port) => `${port}/tcp`);
  const container = await docker.createContainer({
    name: uniqueName(title),
    Image: image,
    ...(command && { Cmd: [...command] }),
    ...(options.entrypoint && { Entrypoint: [...options.entrypoint], Cmd: [] }),
    ...(options.user !== undefined && { User: options.user }),
    NetworkingConfig: { EndpointsConfig: endpoints(options.aliases) },
    Env: Object.entries(options.environment ?? {}).map(([name, value]) => `${name}=${value}`),
    Labels: { ...testLabels(), ...options.labels },
    ExposedPorts: Object.fromEntries(exposed.map((port) => [port, {}])),
    HostConfig: {
      Init: true,
      PortBindings: Object.fromEntries(exposed.map((port) => [port, [{ HostIp: '127.0.0.1' }]])),
      ...options.hostConfig,
    },
  });
  const started = new TestContainer(container);
  if (options.started === false) return started;
  await container.start().catch(async (error: unknown) => {
    await started.remove();
    throw error;
  });
  return started;
}

function endpoints(aliases: ContainerOptions['aliases'] = {}): Dockerode.EndpointsConfig {
  return Object.fromEntries(
    Object.entries(aliases).map(([network, names]) => [network, { Aliases: [...names] }]),
  );
}

/** A container with the labels by which Compose, and so pawl, finds a service's. */
export async function startService(options: ServiceOptions): Promise<TestContainer> {
  const { project, service, number = 1, oneOff = false } = options;
  return startContainer({
    title: service,
    ...options,
    labels: {
      'com.docker.compose.project': project,
      'com.docker.compose.service': service,
      'com.docker.compose.container-number': String(number),
      'com.docker.compose.oneoff': oneOff ? 'True' : 'False',
      ...options.labels,
    },
  });
}

export class TestContainer {
  constructor(readonly container: Dockerode.Container) {}

  get id(): string {
    return this.container.id;
  }

  /** Runs a command in it to its end. */
  async exec(argv: readonly string[], user = ''): Promise<Executed> {
    const exec = await this.container.exec({
      Cmd: [...argv],
      User: user,
      AttachStdout: true,
      AttachStderr: true,
    });
    const stream = await exec.start({});
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    docker.modem.demuxStream(stream, stdout, stderr);
    stream.once('end', () => {
      stdout.end();
      stderr.end();
    });
    const [out, err] = await Promise.all([text(stdout), text(stderr)]);
    const { ExitCode } = await exec.inspect();
    return { exitCode: ExitCode ?? -1, stdout: out, stderr: err };
  }

  /** Waits until the command succeeds in it, as `['pg_isready', '-h', '127.0.0.1']` does once a server is up. */
  async ready(argv: readonly string[], seconds = 30): Promise<void> {
    await until(async () => ((await this.exec(argv)).exitCode === 0 ? true : undefined), seconds);
  }

  /** The port of 127.0.0.1 at which the container's port is published. */
  async portOf(port: number): Promise<number> {
    const { NetworkSettings } = await this.container.inspect();
    const published = NetworkSettings.Ports[`${port}/tcp`]?.[0]?.HostPort;
    if (published === undefined) throw new Error(`port ${port} of ${this.id} is not published`);
    return Number(published);
  }

  async remove(): Promise<void> {
    await this.container.remove({ force: true, v: true });
  }
}
