import type { CommandRunner } from './command-runner';
import type { Site } from './site';

/** The Docker Engine, as far as engines need it: a service's running container. */
export interface Containers {
  /** Throws: PreconditionFailed when the service has no running container · ServiceUnavailable when the daemon is away. */
  runner(site: Site, service: string): Promise<CommandRunner>;
  /** An address on which this host reaches `port` of the service's container. */
  address(site: Site, service: string, port: number): Promise<{ host: string; port: number }>;
}
