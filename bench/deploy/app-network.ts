import { docker, startContainer, uniqueName, type TestContainer } from '../../test/support/docker';
import { testLabels } from '../../test/support/run-labels';
import type { Version } from './contender';
import { imageOf } from './images';

export interface ProxyOptions {
  readonly image: string;
  readonly command?: readonly string[];
  /** `/host/folder:/in/container:ro`. */
  readonly bind: string;
}

export interface Running {
  readonly container: TestContainer;
  /** By which the others of its network find it. */
  readonly name: string;
}

/** A network with a proxy that is published on 127.0.0.1, and the application's containers behind it. */
export class AppNetwork {
  private readonly started: TestContainer[] = [];

  private constructor(
    private readonly title: string,
    private readonly network: string,
  ) {}

  static async create(title: string): Promise<AppNetwork> {
    const network = uniqueName(title);
    await docker.createNetwork({ Name: network, Labels: testLabels() });
    return new AppNetwork(title, network);
  }

  startApp(version: Version): Promise<Running> {
    return this.start(imageOf(version), {});
  }

  async startProxy({ image, command, bind }: ProxyOptions): Promise<Running & { url: string }> {
    const hostConfig = { Binds: [bind] };
    const running = await this.start(image, {
      hostConfig,
      ports: [80],
      ...(command && { command }),
    });
    return { ...running, url: `http://127.0.0.1:${await running.container.portOf(80)}` };
  }

  /** As `docker stop` does: SIGTERM, and ten seconds to end what it is at. */
  async end({ container }: Running): Promise<void> {
    await container.container.stop();
    await container.remove();
    this.started.splice(this.started.indexOf(container), 1);
  }

  async remove(): Promise<void> {
    for (const container of this.started.splice(0)) await container.remove();
    await docker.getNetwork(this.network).remove();
  }

  private async start(
    image: string,
    { hostConfig, ...options }: Parameters<typeof startContainer>[0] & object,
  ): Promise<Running> {
    const container = await startContainer({
      title: this.title,
      image,
      ...options,
      hostConfig: { NetworkMode: this.network, ...hostConfig },
    });
    this.started.push(container);
    const { Name } = await container.container.inspect();
    return { container, name: Name.slice(1) };
  }
}

/** Throws: Error (another exit code than 0) */
export async function execIn({ container }: Running, ...argv: readonly string[]): Promise<void> {
  const { exitCode, stdout, stderr } = await container.exec(argv);
  if (exitCode !== 0)
    throw new Error(`${argv.join(' ')} exited with ${exitCode}:\n${stdout}${stderr}`);
}
