import { GATES, type Proof, type ProofSummary } from '../../../workflows/model/proof';
import { count, isoTime, MalformedTag, tag, value, values } from './labels';
import type { Snapshot } from './snapshot';

/* What pawl writes on the snapshot of a proof. */

export const PROOF_PATH = '/proof.json';

const MARK = 'pawl-proof';

/** Tags that every proof of a stack bears. */
export function stackProofTags(stack: string): string[] {
  return [MARK, tag('stack', stack)];
}

export function proofTags(proof: Proof, sizeBytes: number): string[] {
  return [
    ...stackProofTags(proof.stack),
    tag('run', proof.runKey),
    tag('point', proof.pointId),
    tag('drill-id', proof.drill),
    tag('drill', proof.drillKey),
    tag('ok', String(proof.ok)),
    tag('whole', String(proof.whole)),
    ...proof.gates.map((gate) => tag('gate', gate)),
    ...(proof.failed === undefined ? [] : [tag('failed', proof.failed)]),
    tag('bytes', proof.bytes),
    tag('recovery-ms', Math.round(proof.recoverySeconds * 1000)),
    tag('proof-bytes', sizeBytes),
  ];
}

/** Undefined of what is none, is torn, or has tags that pawl does not write. */
export function proofOf(snapshot: Snapshot): ProofSummary | undefined {
  const provedAt = isoTime(snapshot.time);
  if (snapshot.tags?.includes(MARK) !== true || provedAt === undefined) return undefined;
  try {
    const size = snapshot.summary?.total_bytes_processed;
    if (size !== undefined && size !== count(snapshot, 'proof-bytes')) return undefined;
    const [failed] = values(snapshot, 'failed');
    const gates = values(snapshot, 'gate');
    return {
      runKey: value(snapshot, 'run'),
      pointId: value(snapshot, 'point'),
      drill: value(snapshot, 'drill-id'),
      drillKey: value(snapshot, 'drill'),
      provedAt,
      ok: value(snapshot, 'ok') === 'true',
      whole: value(snapshot, 'whole') === 'true',
      gates: GATES.filter((gate) => gates.includes(gate)),
      ...(failed === undefined ? {} : { failed }),
      bytes: count(snapshot, 'bytes'),
      recoverySeconds: count(snapshot, 'recovery-ms') / 1000,
    };
  } catch (error) {
    if (error instanceof MalformedTag) return undefined;
    throw error;
  }
}
