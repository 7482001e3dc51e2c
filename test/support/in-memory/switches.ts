import { AdapterError, isAway } from '../../../activities/ports/adapter-error';
import type { SwitchKey, Switches, SwitchSettings } from '../../../activities/ports/switches';
import { SLOTS, slotService, type Slot } from '../../../workflows/model/deployment';
import type { Maintenance } from '../../../workflows/model/maintenance';
import {
  weightOf,
  type SlotCounters,
  type SwitchCounters,
  type Traffic,
} from '../../../workflows/model/traffic';
import type { SimulatedContainer } from './simulated-container';
import type { SimulatedHost } from './simulated-host';

interface Desired {
  readonly settings: SwitchSettings;
  readonly traffic: Traffic;
  readonly maintenance?: Maintenance;
}

interface Counted {
  responses: number;
  errors: number;
  connectionErrors: number;
  milliseconds: number;
}

/** A switch's process: what it was last brought to, and what it has counted since its start. */
interface Process {
  desired: Desired;
  readonly counted: Readonly<Record<Slot, Counted>>;
  countedAt: number;
  /** Slots whose checks are paused. */
  readonly unchecked: Set<Slot>;
}

/** `Switches` on a simulated host, whose users' requests they send on. */
export class InMemorySwitches implements Switches {
  private readonly files = new Map<string, Desired>();
  /** By container id; one that has started has what its file says then. */
  private readonly processes = new Map<string, Process>();

  constructor(private readonly host: SimulatedHost) {
    host.onStart((container) => {
      const key = keyOf(container);
      const desired = key && this.files.get(nameOf(key));
      this.processes.delete(container.id);
      if (desired === undefined) return;
      const counted = { blue: nothing(), green: nothing() };
      this.processes.set(container.id, {
        ...{ desired, counted, countedAt: Date.now() },
        unchecked: new Set(),
      });
    });
  }

  folder(key: SwitchKey): Promise<string> {
    return Promise.resolve(`/var/lib/pawl/switch/${nameOf(key)}`);
  }

  desired(key: SwitchKey): Promise<Desired | undefined> {
    return Promise.resolve(this.files.get(nameOf(key)));
  }

  write(key: SwitchKey, settings: SwitchSettings, traffic: Traffic): Promise<void> {
    this.files.set(nameOf(key), { ...this.files.get(nameOf(key)), settings, traffic });
    return Promise.resolve();
  }

  maintain(key: SwitchKey, maintenance: Maintenance | undefined): Promise<void> {
    const now = this.files.get(nameOf(key));
    if (now === undefined) {
      return Promise.reject(new AdapterError('PreconditionFailed', 'There is no switch yet'));
    }
    const { settings, traffic } = now;
    const next = { settings, traffic, ...(maintenance === undefined ? {} : { maintenance }) };
    this.files.set(nameOf(key), next);
    return Promise.resolve();
  }

  apply(key: SwitchKey): Promise<void> {
    return this.asked(key, (container, process) => {
      this.count(container, process);
      const desired = this.files.get(nameOf(key));
      if (desired === undefined) throw new AdapterError('InternalError', 'There is no file');
      process.desired = desired;
      process.unchecked.clear();
    });
  }

  pauseChecks(key: SwitchKey, slot: Slot): Promise<void> {
    return this.hinted(key, slot, (unchecked) => unchecked.add(slot));
  }

  resumeChecks(key: SwitchKey, slot: Slot): Promise<void> {
    return this.hinted(key, slot, (unchecked) => unchecked.delete(slot));
  }

  counters(key: SwitchKey): Promise<SwitchCounters> {
    return this.asked(key, (container, process) => {
      this.count(container, process);
      const [blue, green] = SLOTS.map((slot) => this.slotCounters(container, process, slot));
      return { blue, green } as SwitchCounters;
    });
  }

  remove(key: SwitchKey): Promise<void> {
    this.files.delete(nameOf(key));
    return Promise.resolve();
  }

  /** Asks a switch so often, one request after the other. Returns the answers, by the version that gave them. */
  ask(container: SimulatedContainer, times: number): Record<string, number> {
    const process = this.processes.get(container.id);
    if (process === undefined) return { 'no answer': times };
    if (process.desired.maintenance !== undefined) return { 'status 503': times };
    const seen = this.send(container, process, times);
    return Object.keys(seen).length === 0 ? { 'status 503': times } : seen;
  }

  /** Containers that a switch sends users' requests to now, and what it says to them instead. */
  serving(container: SimulatedContainer): {
    readonly maintenance?: Maintenance;
    readonly servers: readonly SimulatedContainer[];
  } {
    const process = this.processes.get(container.id);
    if (process === undefined) return { servers: [] };
    const { maintenance } = process.desired;
    const servers = SLOTS.flatMap((slot) => this.served(container, process, slot));
    return { servers, ...(maintenance === undefined ? {} : { maintenance }) };
  }

  private asked<Answer>(
    key: SwitchKey,
    work: (container: SimulatedContainer, process: Process) => Answer,
  ): Promise<Answer> {
    return new Promise((resolve) => {
      const running = this.host.all().find((one) => {
        const its = keyOf(one);
        return one.isRunning && its?.stack === key.stack && its.service === key.service;
      });
      const process = running && this.processes.get(running.id);
      if (running === undefined || process === undefined) {
        throw new AdapterError('ServiceUnavailable', `No HAProxy of ${nameOf(key)} answers`);
      }
      resolve(work(running, process));
    });
  }

  private async hinted(
    key: SwitchKey,
    slot: Slot,
    change: (unchecked: Set<Slot>) => unknown,
  ): Promise<void> {
    await this.asked(key, (_, { desired, unchecked }) => {
      if (weightOf(desired.traffic[slot]) === 0) change(unchecked);
    }).catch((error: unknown) => {
      if (!isAway(error)) throw error;
    });
  }

  private serversOf({ source }: SimulatedContainer, slot: Slot): readonly SimulatedContainer[] {
    const { project = '', service = '' } = source.of ?? {};
    return this.host.ofService(project, slotService(service, slot)).filter((one) => one.isRunning);
  }

  private isUp(server: SimulatedContainer, { desired }: Process): boolean {
    const status = server.status(desired.settings.check);
    return status >= 200 && status <= 399;
  }

  /** Servers that get requests. */
  private served(container: SimulatedContainer, process: Process, slot: Slot) {
    const traffic = process.desired.traffic[slot];
    if (weightOf(traffic) === 0) return [];
    const chosen = typeof traffic === 'object' ? traffic.addresses : undefined;
    return this.serversOf(container, slot).filter(
      (one) => this.isUp(one, process) && (chosen?.includes(one.address ?? '') ?? true),
    );
  }

  /** What users have asked since it was counted last. */
  private count(container: SimulatedContainer, process: Process): void {
    const seconds = (Date.now() - process.countedAt) / 1000;
    process.countedAt = Date.now();
    if (process.desired.maintenance !== undefined) return;
    this.send(container, process, this.host.usersPerSecond * seconds);
  }

  /** By the weights, to a fraction of a request. */
  private send(container: SimulatedContainer, process: Process, requests: number) {
    const shares = SLOTS.map((slot) => {
      const servers = this.served(container, process, slot);
      return { slot, servers, weight: servers.length * weightOf(process.desired.traffic[slot]) };
    });
    const all = shares.reduce((sum, { weight }) => sum + weight, 0);
    const seen: Record<string, number> = {};
    for (const { slot, servers, weight } of shares) {
      const [server] = servers;
      if (server?.program === undefined) continue;
      const its = (requests * weight) / all;
      const counted = process.counted[slot];
      counted.responses += its;
      counted.errors += (its * server.program.failPercent) / 100;
      counted.milliseconds = server.program.answerMilliseconds;
      seen[this.host.images.byId(server.source.imageId)?.version ?? ''] = its;
    }
    return seen;
  }

  private slotCounters(container: SimulatedContainer, process: Process, slot: Slot): SlotCounters {
    const { responses, errors, connectionErrors, milliseconds } = process.counted[slot];
    const traffic = process.desired.traffic[slot];
    const servers = this.serversOf(container, slot).map((one) => {
      const answers = this.isUp(one, process);
      const up = answers && traffic !== 'off' && !process.unchecked.has(slot);
      return { address: one.address ?? '', up, down: !answers, inFlight: 0 };
    });
    const chosen = typeof traffic === 'object' ? traffic.addresses : undefined;
    const weighed = servers.filter(({ address }) => chosen?.includes(address) ?? true);
    return {
      ...{ up: servers.filter(({ up }) => up).length, servers, inFlight: 0 },
      weight: weightOf(traffic) * weighed.length,
      ...{ responses: Math.floor(responses), errors: Math.floor(errors), connectionErrors },
      responseMilliseconds: responses < 1 ? 0 : milliseconds,
    };
  }
}

function nothing(): Counted {
  return { responses: 0, errors: 0, connectionErrors: 0, milliseconds: 0 };
}

function nameOf({ stack, service }: SwitchKey): string {
  return `${stack}/${service}`;
}

function keyOf({ labels }: SimulatedContainer): SwitchKey | undefined {
  const { 'pawl.role': role, 'pawl.stack': stack, 'pawl.service': service } = labels;
  if (role !== 'switch' || stack === undefined || service === undefined) return undefined;
  return { stack, service };
}
