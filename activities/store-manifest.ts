import type {
  Manifest,
  PartSummary,
  RecoveryPointSummary,
  StoredPart,
} from '../workflows/model/recovery-point';
import type { RunReference } from '../workflows/model/run';
import { AdapterError } from './adapter-error';
import type { Ports } from './ports';
import { runStep, type StepInput } from './run-step';

export interface StoreManifestInput extends StepInput {
  readonly run: RunReference;
  readonly parts: readonly PartSummary[];
  readonly takenAt: string;
  readonly requestedBy: string;
  readonly pawlVersion: string;
}

/**
 * Makes the recovery point exist: its manifest is the last thing stored.
 * Shape:  { stack, run, parts, takenAt } → RecoveryPointSummary
 * Retry:  safe; a manifest that this run has stored already is returned
 * Throws: PreconditionFailed (the host's state directory was lost during the run) · as the repository
 */
export const storeManifest =
  (ports: Ports) =>
  (input: StoreManifestInput): Promise<RecoveryPointSummary> =>
    runStep(ports, input, { phase: 'store manifest' }, async (attempt, site) => {
      const repository = ports.openRepository(site, input.stack.repository);
      return repository.storeManifest(await compose(ports, input), attempt);
    });

async function compose(ports: Ports, input: StoreManifestInput): Promise<Manifest> {
  return {
    schema: 'pawl/manifest@1',
    stack: input.stack.name,
    run: input.run.id,
    runKey: input.run.key,
    takenAt: input.takenAt,
    host: ports.host,
    requestedBy: input.requestedBy,
    pawlVersion: input.pawlVersion,
    parts: await Promise.all(input.parts.map((part) => withContents(ports, input.run, part))),
  };
}

/** Contents of a database with thousands of tables are too long for Temporal's history: the receipt holds them. */
async function withContents(
  ports: Ports,
  run: RunReference,
  { part, snapshotId, path }: PartSummary,
): Promise<StoredPart> {
  const receipt = await ports.receipts.read(run.key, part);
  if (receipt !== undefined) {
    const { bytes, sha256, facts } = receipt;
    return { part, snapshotId, path, bytes, sha256, facts };
  }
  throw new AdapterError(
    'PreconditionFailed',
    `the receipt of part ${part.name} is gone from the state directory of host ${ports.host}; ` +
      'its dump is in the repository but cannot be proved, so no recovery point was made',
    {
      advice:
        'Keep the state directory between restarts of the worker, and start the backup again.',
    },
  );
}
