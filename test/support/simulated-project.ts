import type { HostActivities } from '../../activities';
import { createHostActivities } from '../../activities';
import type { HostPorts } from '../../activities/ports/host-ports';
import type {
  DeployDescription,
  Deployment,
  SwitchDeployment,
} from '../../workflows/model/deployment';
import type { StackDescription } from '../../workflows/model/stack';
import { describeSwitch } from './descriptions';
import { InMemoryCaddy } from './in-memory/caddy';
import { composeUp, type ProjectFiles } from './in-memory/compose';
import {
  portsOnSimulatedHost,
  type SimulatedSurroundings,
} from './in-memory/ports-on-simulated-host';
import { answersAt } from './in-memory/prober';
import type { Definition, SimulatedContainer } from './in-memory/simulated-container';
import { SimulatedHost } from './in-memory/simulated-host';
import { InMemorySwitches } from './in-memory/switches';
import { uniqueStack } from './workflow-harness';

const PORT = 8000;
/** Published on 127.0.0.1. */
export const PUBLISHED = 20_000;
/** A gate after the release that stays closed. */
export const CLOSED_AFTER: Pick<DeployDescription, 'after'> = {
  after: [
    { kind: 'http', url: `http://127.0.0.1:${PUBLISHED}/version`, expect: 418, timeoutSeconds: 1 },
  ],
};
const SWITCH_IMAGE = 'haproxy:test';

export interface SimulatedProjectOptions {
  /** In `deploy.api`. */
  readonly api?: Partial<SwitchDeployment>;
  /** Environment of `api` in the Compose file. */
  readonly environment?: Definition['environment'];
  /** Further keys of the service `api` in the Compose file. */
  readonly service?: Definition & Readonly<Record<string, unknown>>;
  /** Further services of the Compose file. */
  readonly services?: Readonly<Record<string, Definition & Readonly<Record<string, unknown>>>>;
  /** Further services of `deploy`. */
  readonly others?: readonly Deployment[];
  readonly deploy?: Partial<Omit<DeployDescription, 'services'>>;
  readonly stack?: Partial<StackDescription>;
}

/** A Compose project on a simulated host, its stack file, and the real activities. */
export class SimulatedProject implements SimulatedSurroundings {
  readonly host = new SimulatedHost();
  readonly switches = new InMemorySwitches(this.host);
  readonly certificates = new Map<string, string>();
  readonly caddy = new InMemoryCaddy(this.host, this.certificates);
  readonly files: ProjectFiles;
  readonly database: SimulatedSurroundings['database'] = { answer: null };
  readonly scanner: SimulatedSurroundings['scanner'] = {};
  readonly ports: HostPorts;
  readonly activities: HostActivities;
  description: StackDescription;
  private readonly begins = new Map<string, number>();
  /** Done once, at the beginning of the next call of an activity. */
  private readonly atBeginning = new Map<string, () => Promise<void> | void>();

  constructor(readonly stateDirectory: string) {
    this.description = uniqueStack();
    this.files = { model: { name: this.project, services: {} }, variables: {} };
    this.ports = portsOnSimulatedHost(this);
    this.activities = createHostActivities(this.ports);
    for (const version of ['1', '2', '3'])
      this.host.images.add(version, { name: `app:${version}` });
    this.host.images.add('switch', { name: SWITCH_IMAGE });
    this.describe({});
  }

  get name(): string {
    return this.description.name;
  }

  get project(): string {
    return this.name;
  }

  /** Writes Compose file and stack file anew. */
  describe(options: SimulatedProjectOptions): void {
    const { service, services = {}, environment = {}, others = [] } = options;
    const api = {
      ...{ image: 'app:1', environment, restart: 'unless-stopped' },
      ports: [{ target: PORT, published: String(PUBLISHED) }],
      networks: { default: null },
      ...service,
    };
    const networks = { default: {} };
    this.files.model = { name: this.project, services: { api, ...services }, networks };
    this.description = {
      ...this.description,
      deploy: {
        services: [quickSwitch(options.api), ...others],
        ...{ before: [], after: [] },
        ...options.deploy,
        release: {
          ...{ recoveryPoint: 'never', keep: 5, switchImage: SWITCH_IMAGE },
          ...options.deploy?.release,
        },
      },
      ...options.stack,
    };
  }

  /** Does something once, when an activity begins next. */
  at(activity: keyof HostActivities, work: () => Promise<void> | void): void {
    this.atBeginning.set(activity, work);
  }

  async begun(activity: string): Promise<void> {
    this.begins.set(activity, this.timesOf(activity) + 1);
    const work = this.atBeginning.get(activity);
    this.atBeginning.delete(activity);
    await work?.();
  }

  /** How many attempts of an activity have begun. */
  timesOf(activity: string): number {
    return this.begins.get(activity) ?? 0;
  }

  /** What plain Compose does, typed in the project's folder. */
  composeUp(options: { readonly removesOrphans?: boolean } = {}): void {
    composeUp(this.host, this.files, options);
  }

  /** Versions among what answers at the published port: one, where one release serves. */
  versions(): readonly string[] {
    const answers = answersAt(this.host, this.switches, {
      ...{ hostname: '127.0.0.1', port: PUBLISHED, pathname: '/version' },
    });
    const told = answers.map(({ status, version, maintenance }) => {
      return status === 200 ? (version ?? '') : (maintenance ?? `status ${status}`);
    });
    return [...new Set(told)].sort();
  }

  /** The one version that answers. */
  serving(): string {
    return this.versions().join(' and ') || 'nobody';
  }

  containers(): readonly SimulatedContainer[] {
    return this.host.all().filter(({ source: { of } }) => of?.project === this.project);
  }

  /** Names of the services whose containers run. */
  running(): readonly string[] {
    const running = this.containers().filter((one) => one.isRunning);
    return running.map(({ source: { of } }) => of?.service ?? '').sort();
  }

  /** The one container of a service. */
  container(service: string): SimulatedContainer {
    const [found] = this.host.ofService(this.project, service);
    if (found === undefined) throw new Error(`There is no container of ${service}`);
    return found;
  }

  /** All containers of the host, to be compared: names and states. */
  shape(): readonly string[] {
    return this.host
      .all()
      .map(({ name, state }) => `${name} ${state}`)
      .sort();
  }

  /** As `shape`, with their ids. */
  belongings(): readonly string[] {
    return this.host
      .all()
      .map(({ id, name, state }) => `${name} ${state} ${id}`)
      .sort();
  }
}

function quickSwitch(change: Partial<SwitchDeployment> = {}): SwitchDeployment {
  const ready = { http: '/healthz', consecutive: 1, timeoutSeconds: 10 };
  return describeSwitch({ port: PORT, ready, drainSeconds: 2, keepOldSeconds: 600, ...change });
}
