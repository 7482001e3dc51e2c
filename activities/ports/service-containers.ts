import type { Health } from '../../workflows/model/serving';
import type { Attempt } from './attempt';
import type { Site } from './site';

export interface ServiceContainer {
  readonly id: string;
  readonly name: string;
  /** Docker's own words: `created`, `running`, `restarting`, `exited`, … */
  readonly state: string;
  /** Absent when the image and the Compose file have no health check. */
  readonly health?: Health;
  /** Of the image it was made from: `sha256:…`. */
  readonly imageId: string;
  /** Compose's hash of the definition it was made of. */
  readonly madeOf?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Its addresses on the project's networks, in the networks' alphabetical order; empty when it does not run. */
  readonly addresses: readonly string[];
  /** What its image and its definition say that it listens on, published or not: `8000/tcp`. */
  readonly exposed: readonly string[];
  readonly restarts: number;
  readonly exitCode: number;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Longest time from a start to the first verdict of its health check; absent without one. */
  readonly verdictSeconds?: number;
  /** Volumes without a name that it has mounted; absent when none. */
  readonly unnamedVolumes?: readonly UnnamedVolume[];
}

/** A volume that nobody named: of an image's `VOLUME`, or of a mount without a source. */
export interface UnnamedVolume {
  /** In the container. */
  readonly path: string;
  /** What the engine calls it. */
  readonly volume: string;
}

export interface ServiceContainers {
  /** Throws: ServiceUnavailable (the engine is away, or accepts and says nothing for so long) · CredentialsRejected */
  ping(seconds: number): Promise<void>;
  /** Containers of one Compose service of the project, stopped ones too, one-off ones not; by their number. */
  containers(site: Site, project: string, service: string): Promise<readonly ServiceContainer[]>;
  /**
   * The end of what it wrote, with the engine's time before each line. The values of its own environment are not in it.
   * Undefined when there is none of the name or id.
   * Units:  1 MiB at most
   */
  log(container: string): Promise<string | undefined>;
  /** The last lines of what it wrote, for a message. */
  lastLines(containerId: string, lines: number): Promise<string>;
  /**
   * Waits for a one-off container to end. Undefined when there is none of the name.
   * Units:  output = the last 64 KiB of stdout and stderr together; stdout = of stdout alone
   */
  awaitExit(
    name: string,
    attempt: Attempt,
  ): Promise<
    { readonly exitCode: number; readonly output: string; readonly stdout: string } | undefined
  >;
  /** Kills and removes a one-off container, with the volumes without a name that were made for it alone. Idempotent. */
  removeOneOff(name: string): Promise<void>;
  /** Stops it with its own grace. Idempotent, also when it is gone. */
  stop(containerId: string, attempt: Attempt): Promise<void>;
  /** Stops it with its own grace, and removes it; every volume stays that can have something in it. Idempotent. */
  retire(containerId: string, attempt: Attempt): Promise<void>;
  hasVolume(name: string): Promise<boolean>;
  /** Free octets where the engine keeps its images, as far as this host sees them. */
  freeBytes(): Promise<number | undefined>;
}
