import type { AuditRecord } from './audit-record';
import type { Caddy } from './caddy';
import type { CheckRecords } from './check-records';
import type { CommandRunner } from './command-runner';
import type { Compose } from './compose';
import type { KnownCopies, OpenCopyWay } from './copies';
import type { Descriptions } from './descriptions';
import type { EdgeFiles } from './edge';
import type { Engines } from './engine';
import type { Freezes } from './freezes';
import type { Images } from './images';
import type { KeptLogs } from './kept-logs';
import type { Notifiers } from './notifier';
import type { Prober } from './prober';
import type { OpenProofs } from './proofs';
import type { Queries } from './queries';
import type { Receipts } from './receipts';
import type { Releases } from './releases';
import type { OpenRepository } from './repository';
import type { OpenUpkeep } from './retention';
import type { RunDirectory } from './run-directory';
import type { Scratch } from './scratch';
import type { Schedules } from './schedules';
import type { SecretResolver } from './secret-resolver';
import type { ServiceContainers } from './service-containers';
import type { StackFiles } from './stack-files';
import type { Switches } from './switches';

/*
 * The contracts between activities and the world. An adapter implements one port and knows nothing of Temporal.
 *
 * Terminology:
 * - attempt: one call of an activity. Any attempt may be the second; the first may have died at any instruction.
 * - source: where bytes come from; it alone knows whether they were all.
 * - sink: where bytes go; nothing is visible there until it is told that they were all.
 *
 * Common to all: failures are `AdapterError`s; an aborted signal ends every process that the call started and rejects
 * with the signal's reason; nothing is ever passed through a shell; secrets go by environment, descriptor or stdin.
 */

/** Everything the activities reach the world through. The worker builds it; tests build another. */
export interface Ports {
  readonly engines: Engines;
  readonly openRepository: OpenRepository;
  readonly openCopyWay: OpenCopyWay;
  readonly knownCopies: KnownCopies;
  readonly openProofs: OpenProofs;
  /** Where drills restore. */
  readonly scratch: Scratch;
  readonly openUpkeep: OpenUpkeep;
  readonly checks: CheckRecords;
  readonly receipts: Receipts;
  readonly audit: AuditRecord;
  readonly freezes: Freezes;
  readonly descriptions: Descriptions;
  readonly runs: RunDirectory;
  readonly schedules: Schedules;
  readonly stackFiles: StackFiles;
  /** Resolves secret references of a stack on this host. */
  readonly secrets: SecretResolver;
  readonly host: string;
}

export interface ReleasePorts {
  /** Programs on the host: scanners. */
  readonly host: CommandRunner;
  readonly queries: Queries;
  readonly compose: Compose;
  readonly services: ServiceContainers;
  readonly images: Images;
  readonly prober: Prober;
  readonly releases: Releases;
  readonly logs: KeptLogs;
  readonly switches: Switches;
  readonly edges: EdgeFiles;
  readonly caddy: Caddy;
}

/** Everything the activities of a host reach the world through. */
export interface HostPorts extends Ports {
  readonly release: ReleasePorts;
  readonly notifiers: Notifiers;
  /** Address of a workflow's page in Temporal's UI; undefined where nobody but this host would reach it. */
  readonly pageOf: (workflowId: string) => string | undefined;
}
