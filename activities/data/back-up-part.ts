import {
  isTree,
  summarisePart,
  type Part,
  type PartSummary,
  type StoredPart,
} from '../../workflows/model/recovery-point';
import type { RunReference } from '../../workflows/model/run';
import { engineFor, entryOf } from '../frame/engine-for';
import type { Attempt } from '../ports/attempt';
import type { Ports } from '../ports/host-ports';
import type { Repository, StreamLabel, StreamLocation, StreamReceipt } from '../ports/repository';
import { runStep, type StepInput } from '../frame/run-step';

export interface BackUpPartInput extends StepInput {
  readonly run: RunReference;
  readonly part: Part;
  readonly expectedBytes: number;
  /** The recovery point's time, ISO 8601. */
  readonly takenAt: string;
}

/**
 * Saves one part into the repository, as one snapshot or none: a folder file by file where that can be had, else as a dump.
 * Shape:  { stack, run, part, takenAt } → PartSummary
 * Units:  bytes = octets of the dump, before deduplication and compression
 * Retry:  safe; a stream that this run has stored already is found by its tags and its receipt and not dumped again.
 *         Heartbeats { phase, bytesDone, bytesExpected }
 * Throws: CredentialsRejected · PreconditionFailed · ServiceUnavailable · ResourceBusy · CommandFailed (source or restic)
 */
export const backUpPart =
  (ports: Ports) =>
  (input: BackUpPartInput): Promise<PartSummary> => {
    const options = {
      phase: `dump ${input.part.name}`,
      bytesExpected: input.expectedBytes,
      watchStall: true,
    };
    return runStep(ports, input, options, async (attempt, site) => {
      const repository = ports.openRepository(site, input.stack.repository);
      const label = labelOf(input);
      const earlier = await findStored(ports, repository, label, attempt);
      if (earlier !== undefined) return summarisePart(earlier);

      const entry = entryOf(input.stack, input.part);
      const engine = engineFor(ports, entry);
      const call = { site, entry, part: input.part, attempt };
      const keep = (receipt: StreamReceipt): Promise<void> =>
        ports.receipts.write(input.run.key, input.part, receipt);
      const tree = await engine.trees?.source(call);
      const upload = { label, attempt };
      const stored =
        tree === undefined
          ? await repository.storeStream({
              ...upload,
              source: engine.dump(call),
              beforeClose: keep,
            })
          : await repository.trees.store({ ...upload, source: tree, beforeUse: keep });
      return summarisePart(storedPart(label, stored, stored.receipt));
    });
  };

function labelOf(input: BackUpPartInput): StreamLabel {
  const { stack, run, part, takenAt } = input;
  return { stack: stack.name, runKey: run.key, run: run.id, part, takenAt };
}

/** A snapshot counts only with its receipt: without one, its stream ended because a process died. */
async function findStored(
  ports: Ports,
  repository: Repository,
  label: StreamLabel,
  attempt: Attempt,
): Promise<StoredPart | undefined> {
  const receipt = await ports.receipts.read(label.runKey, label.part);
  if (receipt === undefined) return undefined;
  const found = isTree(receipt.facts)
    ? await repository.trees.find(label, receipt, attempt)
    : await repository.findStream(label, receipt, attempt);
  return found === undefined ? undefined : storedPart(label, found, receipt);
}

function storedPart(label: StreamLabel, place: StreamLocation, receipt: StreamReceipt): StoredPart {
  const { snapshotId, path } = place;
  const { bytes, sha256, facts } = receipt;
  return { part: label.part, snapshotId, path, bytes, sha256, facts };
}
