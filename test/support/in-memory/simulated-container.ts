import type { ServiceContainer, UnnamedVolume } from '../../../activities/ports/service-containers';
import type { Program } from './simulated-program';

/** What a container is made of, as the Compose file has it, its variables replaced. */
export interface Definition {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly { readonly target: number; readonly published?: string | number }[];
  readonly expose?: readonly (string | number)[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly restart?: string;
  readonly scale?: number;
  readonly deploy?: { readonly replicas?: number };
  readonly container_name?: string;
  readonly network_mode?: string;
  readonly volumes?: readonly { readonly target: string }[];
  /** Docker asks it for its health, by the program's own answer at `/healthz`. */
  readonly healthcheck?: object;
}

/** Absent of a foreign container: Compose knows nothing of it. */
export interface OfProject {
  readonly project: string;
  readonly service: string;
  readonly number: number;
  readonly oneOff: boolean;
}

export interface ContainerSource {
  readonly name: string;
  readonly of?: OfProject;
  readonly definition: Definition;
  readonly imageId: string;
  readonly unnamedVolumes?: readonly UnnamedVolume[];
  readonly madeOf?: string;
  /** Id of the container in whose network it is. */
  readonly tiedTo?: string;
}

/** A container as it is now. Only its host changes it. */
export class SimulatedContainer {
  state: 'created' | 'running' | 'restarting' | 'exited' = 'created';
  program: Program | undefined;
  address: string | undefined;
  startedAt = 0;
  restarts = 0;
  exitCode = 0;
  /** By hand: then no policy starts it again. */
  isStopped = false;
  log: { readonly at: number; readonly line: string; readonly isError: boolean }[] = [];

  constructor(
    readonly id: string,
    readonly source: ContainerSource,
  ) {}

  get name(): string {
    return this.source.name;
  }

  get labels(): Readonly<Record<string, string>> {
    const { of, definition, madeOf } = this.source;
    const compose = of && {
      'com.docker.compose.project': of.project,
      'com.docker.compose.service': of.service,
      'com.docker.compose.container-number': String(of.number),
      'com.docker.compose.oneoff': of.oneOff ? 'True' : 'False',
      ...(madeOf === undefined ? {} : { 'com.docker.compose.config-hash': madeOf }),
    };
    return { ...definition.labels, ...compose };
  }

  /** Published on this host, all addresses taken as one. */
  get published(): readonly number[] {
    const ports = this.source.definition.ports ?? [];
    return ports.flatMap(({ published }) => (published === undefined ? [] : Number(published)));
  }

  get isRunning(): boolean {
    return this.state === 'running';
  }

  get restartsByItself(): boolean {
    const { restart = 'no' } = this.source.definition;
    return ['always', 'unless-stopped', 'on-failure'].includes(restart) && !this.isStopped;
  }

  /** Status of its answer now; 0 where none comes. */
  status(path: string): number {
    if (!this.isRunning || this.program === undefined) return 0;
    return this.program.status(path, Date.now() - this.startedAt);
  }

  get seen(): ServiceContainer {
    const { imageId, madeOf, unnamedVolumes = [], definition } = this.source;
    const { ports = [], expose = [], healthcheck } = definition;
    const exposed = [...ports.map(({ target }) => target), ...expose].map(String);
    const isHealthy = this.status('/healthz') === 200;
    return {
      ...{ id: this.id, name: this.name, state: this.state, imageId, labels: this.labels },
      ...(healthcheck === undefined ? {} : { health: isHealthy ? 'healthy' : 'unhealthy' }),
      ...(madeOf === undefined ? {} : { madeOf }),
      addresses: this.isRunning && this.address !== undefined ? [this.address] : [],
      exposed: [...new Set(exposed.map((port) => (port.includes('/') ? port : `${port}/tcp`)))],
      ...{ restarts: this.restarts, exitCode: this.exitCode },
      startedAt: new Date(this.startedAt).toISOString(),
      ...(unnamedVolumes.length === 0 ? {} : { unnamedVolumes }),
    };
  }
}
