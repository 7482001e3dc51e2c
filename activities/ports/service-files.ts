import type { Attempt } from './attempt';
import type { Site } from './site';

/** Where a path of a service's container is on this host. */
export interface LocatedPath {
  /** The folder of this host that is mounted there: a volume's, or one that is bound. */
  readonly root: string;
  /** Absolute, in `root`; it need not exist. Symbolic links in it are not followed. */
  readonly path: string;
}

export interface RunningContainer {
  readonly id: string;
  readonly name: string;
}

/** Files of a service that this host reaches without a program in the container, and the service's way out of them. */
export interface ServiceFiles {
  /**
   * Looks at what the service's containers have mounted, also at those that are stopped.
   * Throws: PreconditionFailed (no container; the path is on no volume; this host does not see it) · ServiceUnavailable
   */
  locate(site: Site, service: string, path: string): Promise<LocatedPath>;
  /** All that run of the service, its slots among them, but not the switch before them. */
  running(site: Site, service: string): Promise<readonly RunningContainer[]>;
  /** Stops one with its own grace. Idempotent, also when it is gone. */
  stop(id: string, attempt: Attempt): Promise<void>;
  /** Starts one that was stopped. Idempotent. Throws: PreconditionFailed (it is gone) */
  start(id: string, attempt: Attempt): Promise<void>;
}
