import { join } from 'node:path';
import Dockerode from 'dockerode';
import { createCaddy } from '../activities/adapters/caddy/create-caddy';
import { createContainers } from '../activities/adapters/docker/create-containers';
import { createCompose } from '../activities/adapters/compose/create-compose';
import { createImages } from '../activities/adapters/docker/create-images';
import { createServiceContainers } from '../activities/adapters/docker/create-service-containers';
import { createFilesEngine } from '../activities/adapters/engines/files/create-files-engine';
import { createSwitches } from '../activities/adapters/haproxy/create-switches';
import { withFileLock } from '../activities/adapters/process/file-lock';
import { createProber } from '../activities/adapters/http/create-prober';
import { createMongodbEngine } from '../activities/adapters/engines/mongodb/create-mongodb-engine';
import { createPostgresEngine } from '../activities/adapters/engines/postgres/engine';
import { createQueries } from '../activities/adapters/engines/postgres/create-queries';
import { hostRunner } from '../activities/adapters/process/run-command';
import { createResticRepositories } from '../activities/adapters/restic/create-restic-repositories';
import { createResticUpkeep } from '../activities/adapters/restic/create-restic-upkeep';
import { createAuditRecord } from '../activities/adapters/state-directory/create-audit-record';
import { createCheckRecords } from '../activities/adapters/state-directory/create-check-records';
import { createDescriptions } from '../activities/adapters/state-directory/create-descriptions';
import { createEdgeFiles } from '../activities/adapters/state-directory/create-edge-files';
import { createFreezes } from '../activities/adapters/state-directory/create-freezes';
import { createKeptLogs } from '../activities/adapters/state-directory/create-kept-logs';
import { createReceipts } from '../activities/adapters/state-directory/create-receipts';
import { createReleases } from '../activities/adapters/state-directory/create-releases';
import type { HostPorts } from '../activities/ports/host-ports';
import type { SecretResolver } from '../activities/ports/secret-resolver';
import { cacheDirectory } from '../toolchain/cache-directory';
import type { WorkerConfig } from './config';

/** Programs that the steps need, found before the worker takes its first one. */
export interface Tools {
  readonly restic: string;
  /** Found when the first release needs it: a host without Docker does without. */
  readonly compose: () => Promise<string>;
}

/** Builds every adapter once: the composition root. `runs` needs a connection to Temporal, which comes later. */
export function portsOnThisHost(
  { host, stateDirectory }: Pick<WorkerConfig, 'host' | 'stateDirectory'>,
  { restic, compose }: Tools,
  secrets: SecretResolver,
): (runs: HostPorts['runs']) => HostPorts {
  // Without a version: engines refuse versions they are too old or too new for.
  const docker = new Dockerode();
  const onSecret = (secret: string): void => {
    secrets.learn(secret);
  };
  const containers = createContainers({ docker });
  const services = createServiceContainers({ docker });
  const composeProjects = createCompose({ program: compose, runner: hostRunner, services });
  const resticOptions = {
    restic,
    runner: hostRunner,
    cacheDirectory: join(cacheDirectory(process.env), 'restic'),
  };
  return (runs) => ({
    engines: {
      postgres: createPostgresEngine({ hostRunner, containers }),
      mongodb: createMongodbEngine({ containers }),
      files: createFilesEngine({
        ...{ hostRunner, containers },
        ownFolders: [{ what: "pawl's state directory", path: stateDirectory }],
      }),
    },
    openRepository: createResticRepositories(resticOptions),
    openUpkeep: createResticUpkeep(resticOptions),
    checks: createCheckRecords(stateDirectory),
    receipts: createReceipts(stateDirectory),
    audit: createAuditRecord(stateDirectory),
    freezes: createFreezes(stateDirectory),
    descriptions: createDescriptions(stateDirectory),
    runs,
    secrets,
    host,
    release: {
      host: hostRunner,
      queries: createQueries({ hostRunner, containers }),
      compose: composeProjects,
      services,
      images: createImages({ docker, runner: hostRunner, onSecret }),
      prober: createProber(),
      releases: createReleases(stateDirectory),
      logs: createKeptLogs(stateDirectory),
      switches: createSwitches({ stateDirectory, exclusively: withFileLock }),
      edges: createEdgeFiles(stateDirectory),
      caddy: createCaddy({ compose: composeProjects, services, containers }),
    },
  });
}
