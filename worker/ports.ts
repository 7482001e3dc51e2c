import { join } from 'node:path';
import Dockerode from 'dockerode';
import { createContainers } from '../activities/adapters/docker/create-containers';
import { createFilesEngine } from '../activities/adapters/files/create-files-engine';
import { createMongodbEngine } from '../activities/adapters/mongodb/create-mongodb-engine';
import { createPostgresEngine } from '../activities/adapters/postgres/engine';
import { hostRunner } from '../activities/adapters/process/run-command';
import { createResticRepositories } from '../activities/adapters/restic/create-restic-repositories';
import { createAuditRecord } from '../activities/adapters/state-directory/create-audit-record';
import { createReceipts } from '../activities/adapters/state-directory/create-receipts';
import type { Ports, SecretResolver } from '../activities/ports';
import { cacheDirectory } from '../toolchain/surroundings';
import type { WorkerConfig } from './config';

/** Programs that the steps need, found before the worker takes its first one. */
export interface Tools {
  readonly restic: string;
}

/** Builds every adapter once: the composition root. `runs` needs a connection to Temporal, which comes later. */
export function portsOnThisHost(
  { host, stateDirectory }: Pick<WorkerConfig, 'host' | 'stateDirectory'>,
  { restic }: Tools,
  secrets: SecretResolver,
): (runs: Ports['runs']) => Ports {
  // Without a version: engines refuse versions they are too old or too new for.
  const containers = createContainers({ docker: new Dockerode() });
  return (runs) => ({
    engines: {
      postgres: createPostgresEngine({ hostRunner, containers }),
      mongodb: createMongodbEngine({ containers }),
      files: createFilesEngine({ hostRunner, containers }),
    },
    openRepository: createResticRepositories({
      restic,
      runner: hostRunner,
      cacheDirectory: join(cacheDirectory(process.env), 'restic'),
    }),
    receipts: createReceipts(stateDirectory),
    audit: createAuditRecord(stateDirectory),
    runs,
    secrets,
    host,
  });
}
