import type { CommandRunner } from './command-runner';
import type { Site } from './site';

/** Something that is mounted in a container. */
export interface ContainerMount {
  /** Where the Docker Engine's host has it; absent where it has no path there. */
  readonly source?: string;
  readonly destination: string;
}

/** The Docker Engine, as far as engines need it: a service's running container. */
export interface Containers {
  /** Throws: PreconditionFailed when the service has no running container · ServiceUnavailable when the daemon is away. */
  runner(site: Site, service: string): Promise<CommandRunner>;
  /** What is mounted in the service's container, as it was when that was created. */
  mounts(site: Site, service: string): Promise<readonly ContainerMount[]>;
  /** An address on which this host reaches `port` of the service's container. */
  address(site: Site, service: string, port: number): Promise<{ host: string; port: number }>;
}
