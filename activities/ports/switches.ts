import type { Slot } from '../../workflows/model/deployment';
import type { Maintenance } from '../../workflows/model/maintenance';
import type { SwitchCounters, Traffic } from '../../workflows/model/traffic';
import type { Attempt } from './attempt';

/** What HAProxy must know of one switched service. */
export interface SwitchSettings {
  /** Of the service; the switch listens on the same. */
  readonly port: number;
  /** Path of the health check. */
  readonly check: string;
  /** Containers of each slot. */
  readonly replicas: number;
  /** Further ports of the service, which are passed on as TCP: ascending, without `port`. Absent: none. */
  readonly tcp?: readonly number[];
}

/** A service's name in its stack; the switch's files lie in a folder of their own for it. */
export interface SwitchKey {
  readonly stack: string;
  readonly service: string;
}

/**
 * The HAProxy in front of a service. Its file is the desired state, written whole and atomically; the running process is
 * brought to it over its runtime socket, without a reload. A restarted HAProxy reads the file: no traffic is lost by it.
 */
export interface Switches {
  /** Absolute folder on this host, to be mounted at `SWITCH_MOUNT` in the switch's container. Made when absent. */
  folder(key: SwitchKey): Promise<string>;
  /** What the file says now; undefined when there is none. */
  desired(key: SwitchKey): Promise<
    | {
        readonly settings: SwitchSettings;
        readonly traffic: Traffic;
        readonly maintenance?: Maintenance;
      }
    | undefined
  >;
  /** Writes the file; a maintenance in it stays, whoever sets one meanwhile. No process is told. Durable. */
  write(key: SwitchKey, settings: SwitchSettings, traffic: Traffic): Promise<void>;
  /**
   * Begins or ends (undefined) the maintenance in the file; all else in it stays. No process is told. Durable. Idempotent.
   * Throws: PreconditionFailed (there is no file, or HAProxy has no room for the message)
   */
  maintain(key: SwitchKey, maintenance: Maintenance | undefined): Promise<void>;
  /**
   * Brings the running process to the file. Changed settings (ports, check, replicas) need a reload, which keeps the
   * listening socket; weights do not.
   * Throws: ServiceUnavailable (no HAProxy answers on the socket) · CommandFailed (it refuses)
   */
  apply(key: SwitchKey, attempt: Attempt): Promise<void>;
  /**
   * Lets the running process check a slot no more whose containers are about to go. The file says nothing of it, `apply` ends
   * it, and a slot that gets requests is left alone; where no HAProxy answers, nothing is done. Idempotent.
   */
  pauseChecks(key: SwitchKey, slot: Slot, attempt: Attempt): Promise<void>;
  /** As `pauseChecks`, the other way: its new containers are checked before it gets requests, and down until that is well. */
  resumeChecks(key: SwitchKey, slot: Slot, attempt: Attempt): Promise<void>;
  /** Throws: ServiceUnavailable (no HAProxy answers) */
  counters(key: SwitchKey, attempt: Attempt): Promise<SwitchCounters>;
  /** Removes the folder. Idempotent. */
  remove(key: SwitchKey): Promise<void>;
}
