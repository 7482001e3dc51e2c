import { createEdgeFiles } from '../../../activities/adapters/state-directory/create-edge-files';
import { createFreezes } from '../../../activities/adapters/state-directory/create-freezes';
import { createKeptLogs } from '../../../activities/adapters/state-directory/create-kept-logs';
import { createReleases } from '../../../activities/adapters/state-directory/create-releases';
import { AdapterError } from '../../../activities/ports/adapter-error';
import type { CommandRunner } from '../../../activities/ports/command-runner';
import type { HostPorts } from '../../../activities/ports/host-ports';
import { portsInMemory } from '../../activities/ports-in-memory';
import type { InMemoryCaddy } from './caddy';
import { createInMemoryCompose, type ProjectFiles } from './compose';
import { createInMemoryImages } from './images';
import { createInMemoryProber } from './prober';
import { createInMemoryServices } from './service-containers';
import type { SimulatedHost } from './simulated-host';
import type { InMemorySwitches } from './switches';

export interface SimulatedSurroundings {
  readonly host: SimulatedHost;
  readonly switches: InMemorySwitches;
  readonly caddy: InMemoryCaddy;
  readonly files: ProjectFiles;
  /** What a host keeps of its stacks costs milliseconds: it is the real thing, on a folder of the test's own. */
  readonly stateDirectory: string;
  /** Answer of the application's database to a gate. */
  readonly database: { answer: boolean | number | string | null };
  /** Exit code of a scanner, by the image that it is to look at. */
  readonly scanner: { refuses?: string };
}

/** Everything that the activities of a release reach the world through, on a simulated host. */
export function portsOnSimulatedHost(on: SimulatedSurroundings): HostPorts {
  const { host, switches, caddy, files, stateDirectory } = on;
  return {
    ...portsInMemory(),
    freezes: createFreezes(stateDirectory),
    notifiers: {} as HostPorts['notifiers'],
    pageOf: () => undefined,
    release: {
      host: scannerOn(on),
      queries: { ask: () => Promise.resolve(on.database.answer) },
      compose: createInMemoryCompose(host, files),
      services: createInMemoryServices(host),
      images: createInMemoryImages(host),
      prober: createInMemoryProber(host, switches),
      releases: createReleases(stateDirectory),
      logs: createKeptLogs(stateDirectory),
      switches,
      edges: createEdgeFiles(stateDirectory),
      caddy,
    },
  };
}

function scannerOn({ scanner }: SimulatedSurroundings): CommandRunner {
  const exit = { code: 0, signal: null, stderrTail: '', elapsedSeconds: 0 };
  return {
    location: 'host',
    spawn: () => Promise.reject(new AdapterError('InternalError', 'A scanner is run to its end')),
    run: (argv) => {
      const { refuses } = scanner;
      if (refuses === undefined || !argv.some((word) => word.includes(refuses))) {
        return Promise.resolve({ stdout: '', exit });
      }
      const evidence = { argv, exitCode: 1, stderrTail: 'it has a hole' };
      return Promise.reject(
        new AdapterError('CommandFailed', `${argv.join(' ')}: exit 1`, evidence),
      );
    },
  };
}
