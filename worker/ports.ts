import { join } from 'node:path';
import Dockerode from 'dockerode';
import { createCaddy } from '../activities/adapters/caddy/create-caddy';
import { createContainers } from '../activities/adapters/docker/create-containers';
import { createCompose } from '../activities/adapters/compose/create-compose';
import { createImages } from '../activities/adapters/docker/create-images';
import { createServiceFiles } from '../activities/adapters/docker/create-service-files';
import { scratchContainers } from '../activities/adapters/docker/scratch-containers';
import { createServiceContainers } from '../activities/adapters/docker/create-service-containers';
import { createFilesEngine } from '../activities/adapters/engines/files/create-files-engine';
import { createSwitches } from '../activities/adapters/haproxy/create-switches';
import { withFileLock } from '../activities/adapters/process/file-lock';
import { createProber } from '../activities/adapters/http/create-prober';
import { createMongodbEngine } from '../activities/adapters/engines/mongodb/create-mongodb-engine';
import { createPostgresEngine } from '../activities/adapters/engines/postgres/engine';
import { createSqliteEngine } from '../activities/adapters/engines/sqlite/create-sqlite-engine';
import { scratchClusters } from '../activities/adapters/engines/postgres/drill/scratch-clusters';
import { createQueries } from '../activities/adapters/engines/postgres/create-queries';
import { createNotifiers } from '../activities/adapters/notifiers/create-notifiers';
import { hostRunner } from '../activities/adapters/process/run-command';
import { createResticCopies } from '../activities/adapters/restic/create-restic-copies';
import { createResticProofs } from '../activities/adapters/restic/proofs';
import { createResticRepositories } from '../activities/adapters/restic/create-restic-repositories';
import { createResticUpkeep } from '../activities/adapters/restic/create-restic-upkeep';
import { createAuditRecord } from '../activities/adapters/state-directory/create-audit-record';
import { createCheckRecords } from '../activities/adapters/state-directory/create-check-records';
import { createDescriptions } from '../activities/adapters/state-directory/create-descriptions';
import { createEdgeFiles } from '../activities/adapters/state-directory/create-edge-files';
import { createFreezes } from '../activities/adapters/state-directory/create-freezes';
import { createKeptLogs } from '../activities/adapters/state-directory/create-kept-logs';
import { createKnownCopies } from '../activities/adapters/state-directory/create-known-copies';
import { createReceipts } from '../activities/adapters/state-directory/create-receipts';
import { createReleases } from '../activities/adapters/state-directory/create-releases';
import { scratchFolders } from '../activities/adapters/state-directory/scratch-folders';
import type { HostPorts } from '../activities/ports/host-ports';
import type { SecretResolver } from '../activities/ports/secret-resolver';
import { clustersRoot } from './clusters-root';
import { cacheDirectory } from '../toolchain/cache-directory';
import { uiAddress, workflowLink } from '../workflows/model/ui-links';
import type { TemporalAddress, WorkerConfig } from './config';
import { createStackFiles } from './stack-files';

/** Programs that the steps need, found before the worker takes its first one. */
export interface Tools {
  readonly restic: string;
  /** Found when the first release needs it: a host without Docker does without. */
  readonly compose: () => Promise<string>;
}

/** Builds every adapter once: the composition root. What needs a connection to Temporal comes later. */
export function portsOnThisHost(
  { host, stateDirectory, temporal }: Pick<WorkerConfig, 'host' | 'stateDirectory' | 'temporal'>,
  { restic, compose }: Tools,
  secrets: SecretResolver,
): (ofTemporal: Pick<HostPorts, 'runs' | 'schedules'>) => HostPorts {
  // Without a version: engines refuse versions they are too old or too new for.
  const docker = new Dockerode();
  const onSecret = (secret: string): void => {
    secrets.learn(secret);
  };
  const containers = createContainers({ docker });
  const services = createServiceContainers({ docker });
  const composeProjects = createCompose({ program: compose, runner: hostRunner, services });
  const ownFolders = [{ what: "pawl's state directory", path: stateDirectory }];
  const repositories = {
    restic,
    runner: hostRunner,
    cacheDirectory: join(cacheDirectory(process.env), 'restic'),
  };
  return (ofTemporal) => ({
    engines: {
      postgres: createPostgresEngine({ hostRunner, containers }),
      mongodb: createMongodbEngine({ containers }),
      sqlite: createSqliteEngine({
        ...{ hostRunner, ownFolders },
        services: createServiceFiles({ docker }),
      }),
      files: createFilesEngine({ hostRunner, containers, ownFolders }),
    },
    openRepository: createResticRepositories(repositories),
    openCopyWay: createResticCopies(repositories),
    knownCopies: createKnownCopies(stateDirectory),
    openProofs: createResticProofs(repositories),
    scratch: {
      container: scratchContainers({ docker }),
      cluster: scratchClusters(hostRunner, clustersRoot(stateDirectory)),
      folder: scratchFolders(join(stateDirectory, 'drill')),
    },
    openUpkeep: createResticUpkeep(repositories),
    checks: createCheckRecords(stateDirectory),
    receipts: createReceipts(stateDirectory),
    audit: createAuditRecord(stateDirectory),
    freezes: createFreezes(stateDirectory),
    descriptions: createDescriptions(stateDirectory),
    ...ofTemporal,
    stackFiles: createStackFiles(stateDirectory),
    secrets,
    host,
    notifiers: createNotifiers(hostRunner),
    pageOf: pageOf(temporal, process.env['PAWL_UI_URL']),
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

/** A page on loopback is none for whoever reads a message elsewhere: unless its address was given, it is left out. */
function pageOf(
  { address, namespace }: Pick<TemporalAddress, 'address' | 'namespace'>,
  override: string | undefined,
): HostPorts['pageOf'] {
  const isLocal = /^(?:localhost|127\.|\[?::1\]?)/.test(address);
  if (isLocal && !override) return () => undefined;
  const ui = uiAddress(address, override);
  return (workflowId) => workflowLink(ui, namespace, workflowId);
}
