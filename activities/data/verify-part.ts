import { createHash } from 'node:crypto';
import { isTree, type PartSummary, type VerifiedPart } from '../../workflows/model/recovery-point';
import { AdapterError } from '../ports/adapter-error';
import type { Attempt } from '../ports/attempt';
import type { Ports } from '../ports/host-ports';
import type { Site } from '../ports/site';
import { openToRead } from '../frame/open-to-read';
import { runStep, type StepInput } from '../frame/run-step';

export interface VerifyPartInput extends StepInput {
  readonly stored: PartSummary;
}

/**
 * Reads a part of a recovery point to its end and compares what came with its manifest.
 * Shape:  { stack, stored } → { name, state, detail? }
 * Retry:  safe; reads only. Heartbeats { phase, bytesDone, bytesExpected }
 * Throws: ServiceUnavailable · ResourceBusy · CredentialsRejected · CommandFailed; what is damaged is an answer
 */
export const verifyPart =
  (ports: Ports) =>
  (input: VerifyPartInput): Promise<VerifiedPart> => {
    const { stored } = input;
    const { name } = stored.part;
    const options = { phase: `read ${name}`, bytesExpected: stored.bytes, watchStall: true };
    return runStep(ports, input, options, async (attempt, site) => {
      try {
        if (isTree(stored)) return { name, ...(await readTree(ports, input, site, attempt)) };
        const read = await readToEnd(ports, input, site, attempt);
        if (read.bytes === stored.bytes && read.sha256 === stored.sha256) {
          return { name, state: 'proved' };
        }
        const detail =
          `${read.bytes} bytes came out, SHA-256 ${read.sha256}; its manifest promises ${stored.bytes} bytes, ` +
          `SHA-256 ${stored.sha256}`;
        return { name, state: 'damaged', detail };
      } catch (error) {
        if (error instanceof AdapterError && error.kind === 'VerificationFailed') {
          return { name, state: 'damaged', detail: error.message };
        }
        throw error;
      }
    });
  };

async function readToEnd(
  ports: Ports,
  { stack, stored: { snapshotId, path } }: VerifyPartInput,
  site: Site,
  attempt: Attempt,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const repository = openToRead(ports, site, stack);
  const reading = await repository.readStream(snapshotId, path, attempt);
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of reading.stream as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
      attempt.onProgress(bytes);
    }
    await reading.finish();
  } finally {
    await reading.abort();
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Each piece is compared with its hash as it is read, and so all of it with the tree's own. */
async function readTree(
  ports: Ports,
  { stack, stored }: VerifyPartInput,
  site: Site,
  attempt: Attempt,
): Promise<Pick<VerifiedPart, 'state' | 'detail'>> {
  const { trees } = openToRead(ports, site, stack);
  const reading = await trees.read(stored.snapshotId, attempt);
  try {
    if (reading.treeId !== stored.sha256) {
      const detail = `its tree is ${reading.treeId}; its manifest promises ${stored.sha256}`;
      return { state: 'damaged', detail };
    }
    let bytes = 0;
    for await (const chunk of reading.stream as AsyncIterable<Buffer>) {
      attempt.onProgress((bytes += chunk.length));
    }
    await reading.finish();
    return { state: 'proved' };
  } finally {
    await reading.abort();
  }
}
