import type { Ports, SecretResolver } from '../activities/ports';
import { findProgram } from '../toolchain/find-program';
import type { WorkerConfig } from './config';
import type { Logger } from './logging';

// TEMPORARY: adapters are landing.
export interface Tools {
  readonly restic: string;
}
export function createSecretResolver(): SecretResolver {
  return { resolve: () => Promise.reject(new Error('not yet')), redact: (text) => text };
}
export async function findTools(logger: Logger): Promise<Tools> {
  const restic = await findProgram('restic', { report: (line) => { logger.info(line); } });
  return { restic: restic.path };
}
export function portsOnThisHost(config: WorkerConfig, _tools: Tools, secrets: SecretResolver) {
  return (runs: Ports['runs']): Ports => ({ runs, secrets, host: config.host, engines: {}, openRepository: undefined, receipts: undefined, audit: { append: () => Promise.resolve(), highestRunNumber: () => Promise.resolve(0) } }) as unknown as Ports;
}
