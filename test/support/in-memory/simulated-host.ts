import { randomBytes } from 'node:crypto';
import { AdapterError } from '../../../activities/ports/adapter-error';
import { SimulatedContainer, type ContainerSource } from './simulated-container';
import { SimulatedImages } from './simulated-images';
import { testApplication } from './simulated-program';

/** Docker starts what has crashed again after a moment. */
const RESTART_MILLISECONDS = 150;

/**
 * A machine with Docker on it, in memory: containers that start, answer, crash and are started again, images, volumes and
 * the registry that they come from. Nothing runs by itself: each look at a container brings it up to now.
 */
export class SimulatedHost {
  readonly images = new SimulatedImages();
  readonly volumes = new Set<string>();
  /** Ports that processes outside of Docker have. */
  readonly takenPorts = new Set<number>();
  /** Requests of users in a second, which each switch sends on. */
  usersPerSecond = 0;
  isEngineAway = false;
  readonly schema = { revision: '0' };
  private readonly containers = new Map<string, SimulatedContainer>();
  private readonly listeners: ((container: SimulatedContainer) => void)[] = [];
  private addresses = 0;

  /** Throws: ServiceUnavailable */
  reachEngine(): void {
    if (!this.isEngineAway) return;
    throw new AdapterError('ServiceUnavailable', 'The Docker Engine does not answer');
  }

  /** All that there are, as they are now, in the order in which they were made. */
  all(): readonly SimulatedContainer[] {
    for (const container of this.containers.values()) this.bringUpToNow(container);
    return [...this.containers.values()];
  }

  /** By name or id. */
  find(container: string): SimulatedContainer | undefined {
    return this.all().find(({ id, name }) => id === container || name === container);
  }

  /** By number; one-off ones are none. */
  ofService(project: string, service: string): readonly SimulatedContainer[] {
    const found = this.all().filter(({ source: { of } }) => {
      return of?.project === project && of.service === service && !of.oneOff;
    });
    return found.sort((a, b) => (a.source.of?.number ?? 0) - (b.source.of?.number ?? 0));
  }

  at(address: string): SimulatedContainer | undefined {
    return this.all().find((one) => one.isRunning && one.address === address);
  }

  /** Throws: PreconditionFailed (the name is taken, or the image is gone) */
  create(source: ContainerSource): SimulatedContainer {
    if (this.find(source.name) !== undefined) {
      const text = `Conflict. The container name "/${source.name}" is already in use`;
      throw new AdapterError('PreconditionFailed', text);
    }
    const declared = this.images.byId(source.imageId)?.volumes ?? [];
    const mounted = (source.definition.volumes ?? []).map(({ target }) => target);
    const carried = source.unnamedVolumes ?? [];
    const fresh = declared
      .filter((path) => !mounted.includes(path) && !carried.some((one) => one.path === path))
      .map((path) => ({ path, volume: randomBytes(32).toString('hex') }));
    for (const { volume } of fresh) this.volumes.add(volume);
    const unnamedVolumes = [...carried, ...fresh];
    const container = new SimulatedContainer(randomBytes(32).toString('hex'), {
      ...{ ...source, unnamedVolumes },
    });
    this.containers.set(container.id, container);
    return container;
  }

  /** Throws: PreconditionFailed (a port is taken) */
  start(container: SimulatedContainer): void {
    if (container.isRunning) return;
    this.requirePorts(container);
    container.isStopped = false;
    this.run(container, Date.now());
  }

  /** By hand, with its grace. */
  stop(container: SimulatedContainer): void {
    this.bringUpToNow(container);
    container.isStopped = true;
    if (container.isRunning) this.end(container, 0);
    if (container.state === 'restarting') container.state = 'exited';
    container.program = undefined;
  }

  /** By hand, at once. */
  kill(container: SimulatedContainer): void {
    this.stop(container);
    container.exitCode = 137;
  }

  /** As the kernel kills what takes too much memory: Docker starts it again where it should. */
  crash(container: SimulatedContainer): void {
    this.end(container, 137);
    if (!container.restartsByItself) return;
    container.restarts += 1;
    this.run(container, Date.now() + RESTART_MILLISECONDS);
  }

  /** Its volumes stay. */
  remove(container: SimulatedContainer): void {
    this.stop(container);
    this.containers.delete(container.id);
  }

  onStart(listener: (container: SimulatedContainer) => void): void {
    this.listeners.push(listener);
  }

  private requirePorts(container: SimulatedContainer): void {
    const others = this.all().filter((one) => one.isRunning && one !== container);
    const taken = [...this.takenPorts, ...others.flatMap(({ published }) => published)];
    const port = container.published.find((one) => taken.includes(one));
    if (port === undefined) return;
    const text = `Compose could not start ${container.name}: bind for 127.0.0.1:${port} failed: address already in use`;
    throw new AdapterError('PreconditionFailed', text);
  }

  /** From `at` on, which may be in a moment. */
  private run(container: SimulatedContainer, at: number): void {
    const { definition, imageId } = container.source;
    container.program = testApplication({
      version: this.images.byId(imageId)?.version ?? '',
      environment: definition.environment ?? {},
      command: definition.command ?? [],
      schema: this.schema,
    });
    const { stdout, stderr } = container.program;
    for (const line of linesOf(stdout)) container.log.push({ at, line, isError: false });
    for (const line of linesOf(stderr)) container.log.push({ at, line, isError: true });
    container.startedAt = at;
    container.state = 'restarting';
    this.bringUpToNow(container);
  }

  private bringUpToNow(container: SimulatedContainer): void {
    const { program, startedAt } = container;
    if (program === undefined || startedAt > Date.now()) return;
    if (container.state === 'restarting') this.begin(container);
    const { end } = program;
    if (end === undefined || Date.now() < startedAt + end.afterMilliseconds) return;
    this.end(container, end.exitCode);
    if (!container.restartsByItself) return;
    container.restarts += 1;
    this.run(container, startedAt + end.afterMilliseconds + RESTART_MILLISECONDS);
  }

  private begin(container: SimulatedContainer): void {
    container.state = 'running';
    this.addresses += 1;
    container.address = `10.0.${Math.floor(this.addresses / 250)}.${1 + (this.addresses % 250)}`;
    for (const listener of this.listeners) listener(container);
  }

  private end(container: SimulatedContainer, exitCode: number): void {
    container.state = 'exited';
    container.exitCode = exitCode;
    container.program = undefined;
  }
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
