import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { createSwitches } from '../../../activities/adapters/haproxy/create-switches';
import { withFileLock } from '../../../activities/adapters/process/file-lock';
import { ask } from '../../../activities/adapters/haproxy/socket';
import type { Attempt } from '../../../activities/ports/attempt';
import type { SwitchSettings } from '../../../activities/ports/switches';
import type { SwitchCounters, Traffic } from '../../../workflows/model/traffic';
import type { Maintenance } from '../../../workflows/model/maintenance';
import { slotService, type Slot } from '../../../workflows/model/deployment';
import { SWITCH_COMMAND, SWITCH_MOUNT } from '../../../workflows/model/switch-mount';
import { docker, TEST_IMAGES, TestContainer, uniqueName } from '../../support/docker';
import { until } from '../../support/processes';
import { testLabels } from '../../support/run-labels';

export const attempt: Attempt = {
  signal: new AbortController().signal,
  onProgress: () => undefined,
  owner: 'pawl:test',
};

export const SETTINGS: SwitchSettings = { port: 8000, check: '/healthz', replicas: 1 };
/** The switch's further port, to which its settings may go. */
export const OTHER_PORT = 9000;

export function saying(message: string): Maintenance {
  return { message, by: 'anna@desk', since: '2026-11-21T03:00:00.000Z' };
}

/** Longer than the path of a socket may be. */
const LONG = 'a-state-directory-with-a-long-name'.repeat(4);

/** A switch in a network of its own, where the containers of its slots are found by Docker's DNS. */
export class SwitchBench {
  readonly key = { stack: 'melvin', service: 'api' };
  readonly switches;
  private readonly containers: TestContainer[] = [];

  private constructor(
    private readonly network: Dockerode.Network,
    readonly stateDirectory: string,
    uid?: number,
  ) {
    this.switches = createSwitches({
      ...{ stateDirectory, exclusively: withFileLock },
      ...(uid === undefined ? {} : { uid }),
    });
  }

  /** `subnet`: of IPv6, which its network has too then. */
  static async create(uid?: number, subnet?: string): Promise<SwitchBench> {
    const folder = await mkdtemp(join(tmpdir(), 'pawl-switch-'));
    const Name = uniqueName('switch');
    const ipv6 = subnet && { EnableIPv6: true, IPAM: { Config: [{ Subnet: subnet }] } };
    const network = await docker.createNetwork({ Name, Labels: testLabels(), ...(ipv6 ?? {}) });
    return new SwitchBench(network, join(folder, LONG), uid);
  }

  async remove(): Promise<void> {
    await Promise.all(this.containers.splice(0).map((container) => container.remove()));
    await this.network.remove();
    await rm(join(this.stateDirectory, '..'), { recursive: true });
  }

  async forget(container: TestContainer): Promise<void> {
    this.containers.splice(this.containers.indexOf(container), 1);
    await container.remove();
  }

  /** A container of a slot: version 1 is blue, version 2 is green. */
  async startSlot(slot: Slot, environment: Record<string, string> = {}): Promise<TestContainer> {
    return this.start(slotService(this.key.service, slot), {
      Image: slot === 'blue' ? TEST_IMAGES.app1 : TEST_IMAGES.app2,
      Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    });
  }

  /** The switch itself, as a release's Compose file has it. */
  async startSwitch(): Promise<TestContainer> {
    const folder = await this.switches.folder(this.key);
    const ports = [SETTINGS.port, OTHER_PORT].map((port) => `${port}/tcp`);
    return this.start(this.key.service, {
      Image: TEST_IMAGES.switch,
      Entrypoint: [...SWITCH_COMMAND],
      Cmd: [],
      User: '0:0',
      ExposedPorts: Object.fromEntries(ports.map((port) => [port, {}])),
      HostConfig: {
        Binds: [`${folder}:${SWITCH_MOUNT}`],
        PortBindings: Object.fromEntries(ports.map((port) => [port, [{ HostIp: '127.0.0.1' }]])),
      },
    });
  }

  /** Writes the file and brings the switch to it. */
  async steer(
    traffic: Traffic,
    { settings = SETTINGS, maintenance }: { settings?: SwitchSettings; maintenance?: string } = {},
  ): Promise<void> {
    await this.switches.write(this.key, settings, traffic);
    await this.switches.maintain(
      this.key,
      maintenance === undefined ? undefined : saying(maintenance),
    );
    await this.switches.apply(this.key, attempt);
  }

  counters(): Promise<SwitchCounters> {
    return this.switches.counters(this.key, attempt);
  }

  /** Waits until so many servers of each slot are up. */
  async up(blue: number, green: number): Promise<SwitchCounters> {
    return until(async () => {
      const counters = await this.counters().catch(() => undefined);
      return counters?.blue.up === blue && counters.green.up === green ? counters : undefined;
    });
  }

  /** Of the worker that serves: another one after a reload. */
  async workerPid(): Promise<string> {
    const folder = await this.switches.folder(this.key);
    const info = await ask(folder, 'admin.sock', 'show info', attempt.signal);
    return /^Pid: (\d+)$/m.exec(info)?.[1] ?? '';
  }

  async addressOf(container: TestContainer): Promise<string> {
    const { NetworkSettings } = await container.container.inspect();
    return Object.values(NetworkSettings.Networks)[0]?.IPAddress ?? '';
  }

  /** A container of a slot that listens on another port too, where it says its version and then what it is told. */
  async startTalking(slot: Slot, port: number): Promise<TestContainer> {
    const talk = `require('net').createServer((s) => { s.write(process.env.VERSION + '\\n'); s.pipe(s).on('error', () => s.destroy()); }).listen(${port})`;
    return this.start(slotService(this.key.service, slot), {
      Image: slot === 'blue' ? TEST_IMAGES.app1 : TEST_IMAGES.app2,
      Cmd: ['node', '-e', `${talk}; require('/app/app.cjs')`],
    });
  }

  async start(
    alias: string,
    options: Omit<Dockerode.ContainerCreateOptions, 'name'>,
  ): Promise<TestContainer> {
    const { Name } = (await this.network.inspect()) as { Name: string };
    const container = await docker.createContainer({
      ...options,
      name: uniqueName(alias),
      Labels: testLabels(),
      HostConfig: { Init: true, ...options.HostConfig, NetworkMode: Name },
      NetworkingConfig: { EndpointsConfig: { [Name]: { Aliases: [alias] } } },
    });
    const started = new TestContainer(container);
    this.containers.push(started);
    await container.start();
    return started;
  }
}
