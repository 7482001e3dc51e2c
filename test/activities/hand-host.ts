import { AdapterError } from '../../activities/ports/adapter-error';
import type { Compose } from '../../activities/ports/compose';
import type { HostPorts, ReleasePorts } from '../../activities/ports/host-ports';
import type { ServiceContainer } from '../../activities/ports/service-containers';
import type { Site } from '../../activities/ports/site';
import {
  weightOf,
  type Traffic,
  type SlotCounters,
  type SwitchCounters,
} from '../../workflows/model/traffic';
import type { Release, ReleaseList } from '../../workflows/model/release';
import { SLOTS, slotService } from '../../workflows/model/deployment';
import { describeRelease } from '../support/descriptions';
import { STACK } from './ports-in-memory';

/** What somebody types in the project's folder while pawl is at work. */
export type HandTyped = keyof typeof HAND_TYPED;

/**
 * A host with one switched service `web`, in memory: release 1 in blue, release 2 in green. Compose does on it what its
 * documentation says; `bench/drift.ts` asks the real one.
 */
export class HandHost {
  readonly containers = new Map<string, ServiceContainer[]>();
  traffic: Traffic = { blue: 'drain', green: { weight: 100 } };
  current = 1;
  recorded: number[] = [];
  hasSwitchFile = true;
  private made = 0;

  constructor() {
    this.put('web', 'switch');
    this.put('web-blue', 'slot', 1);
    this.put('web-green', 'slot', 2);
  }

  type(command: HandTyped): void {
    HAND_TYPED[command](this);
  }

  /** Made anew, in the place of what there was. */
  put(service: string, role: 'switch' | 'slot' | 'plain', release?: number): void {
    this.made += 1;
    const labels = {
      ...(role === 'plain' ? {} : { 'pawl.role': role, 'pawl.stack': STACK.name }),
      ...(release === undefined ? {} : { 'pawl.release': String(release) }),
    };
    this.containers.set(service, [
      {
        ...{ id: `c${this.made}`, name: `shop-${service}-1`, state: 'running', labels },
        ...{ imageId: `sha256:${release ?? role}`, addresses: [`10.0.0.${this.made}`] },
        ...{ restarts: 0, exitCode: 0, startedAt: '2026-01-01T00:00:00.000Z', exposed: [] },
      },
    ]);
  }

  stop(service: string): void {
    const stopped = { state: 'exited', addresses: [] };
    this.containers.set(
      service,
      this.of(service).map((one) => ({ ...one, ...stopped })),
    );
  }

  start(service: string): void {
    const [one] = this.of(service);
    if (one === undefined) return;
    this.containers.set(service, [{ ...one, state: 'running', addresses: ['10.0.1.1'] }]);
  }

  of(service: string): ServiceContainer[] {
    return this.containers.get(service) ?? [];
  }

  /** What users get: a release's number, `plain`, or nothing. */
  get serves(): readonly (number | 'plain')[] {
    const [own] = this.of('web');
    if (own?.state !== 'running') return [];
    if (own.labels['pawl.role'] === undefined) return ['plain'];
    return SLOTS.filter((slot) => weightOf(this.traffic[slot]) > 0).flatMap((slot) =>
      this.of(slotService('web', slot))
        .filter(({ state }) => state === 'running')
        .map(({ labels }) => Number(labels['pawl.release'])),
    );
  }

  get ports(): HostPorts {
    return {
      secrets: { redact: (text: string) => text },
      release: this.release as ReleasePorts,
    } as Partial<HostPorts> as HostPorts;
  }

  private get release(): Partial<ReleasePorts> {
    const settings = { port: 8080, check: '/', replicas: 1 };
    const services = {
      ping: () => Promise.resolve(),
      containers: (_site: Site, _project: string, service: string) =>
        Promise.resolve(this.of(service)),
      lastLines: () => Promise.resolve(''),
      log: () => Promise.resolve(undefined),
      stop: () => Promise.resolve(),
      retire: (id: string) => {
        for (const [service, found] of this.containers) {
          if (found.some((one) => one.id === id)) this.containers.delete(service);
        }
        return Promise.resolve();
      },
    };
    const switches = {
      desired: () => Promise.resolve({ settings, traffic: this.traffic }),
      write: (_key: object, _settings: object, traffic: Traffic) => {
        this.traffic = traffic;
        return Promise.resolve();
      },
      remove: () => {
        this.hasSwitchFile = false;
        return Promise.resolve();
      },
      apply: () => this.answer(undefined),
      counters: () => this.answer(this.counters),
    };
    const compose: Pick<Compose, 'up'> = {
      up: ({ file, services: names }) => {
        for (const name of names) this.up(name, Number(file));
        return Promise.resolve();
      },
    };
    const releases = {
      file: (_stack: string, number: number) => Promise.resolve(String(number)),
      readModel: () => Promise.resolve('{}'),
      list: (): Promise<ReleaseList> =>
        Promise.resolve({ releases: [1, 2].map(releaseOf), current: this.current, next: 3 }),
      record: ({ number }: Release) => {
        this.recorded.push(number);
        return Promise.resolve();
      },
    };
    const prober = {
      get: () => Promise.resolve({ status: 200, milliseconds: 1 }),
    };
    return { services, switches, compose, releases, prober } as unknown as Partial<ReleasePorts>;
  }

  private up(service: string, release: number): void {
    const [found] = this.of(service);
    if (service === 'web') {
      if (found?.labels['pawl.role'] === 'switch') this.start(service);
      else this.put('web', 'switch');
    } else if (found?.labels['pawl.release'] === String(release)) this.start(service);
    else this.put(service, 'slot', release);
  }

  /** HAProxy answers on its socket while its container runs. */
  private answer<Answer>(answer: Answer): Promise<Answer> {
    const [own] = this.of('web');
    const isThere = own?.state === 'running' && own.labels['pawl.role'] === 'switch';
    if (isThere) return Promise.resolve(answer);
    return Promise.reject(new AdapterError('ServiceUnavailable', 'No HAProxy answers'));
  }

  private get counters(): SwitchCounters {
    const [blue, green] = SLOTS.map((slot): SlotCounters => {
      const running = this.of(slotService('web', slot)).filter(({ state }) => state === 'running');
      const servers = running.map(({ addresses }) => ({
        ...{ address: addresses[0] ?? '', up: true, down: false, inFlight: 0 },
      }));
      return {
        ...{ up: servers.length, servers, weight: weightOf(this.traffic[slot]), inFlight: 0 },
        ...{ responses: 0, errors: 0, connectionErrors: 0, responseMilliseconds: 0 },
      };
    });
    return { blue, green } as SwitchCounters;
  }
}

export function releaseOf(number: number): Release {
  const image = { reference: `web:${number}`, pinned: `web:${number}`, id: `sha256:${number}` };
  return describeRelease({ number, services: [{ service: 'web', strategy: 'switch', image }] });
}

const SLOT_SERVICES = ['web-blue', 'web-green'] as const;

const removeOrphans = (host: HandHost): void => {
  for (const name of SLOT_SERVICES) host.containers.delete(name);
};

/** Of a Compose file that has `web` and `other`, which depends on it. */
export const HAND_TYPED = {
  'up -d': (host: HandHost) => {
    host.put('web', 'plain');
  },
  'up -d other': (host: HandHost) => {
    host.put('web', 'plain');
  },
  'run other': (host: HandHost) => {
    host.put('web', 'plain');
  },
  'up -d --remove-orphans': (host: HandHost) => {
    host.put('web', 'plain');
    removeOrphans(host);
  },
  restart: (host: HandHost) => {
    host.start('web');
  },
  'stop web': (host: HandHost) => {
    host.stop('web');
  },
  'rm -sf web': (host: HandHost) => {
    host.containers.delete('web');
  },
  down: (host: HandHost) => {
    host.containers.delete('web');
  },
  'down --remove-orphans': (host: HandHost) => {
    host.containers.delete('web');
    removeOrphans(host);
  },
} as const;
