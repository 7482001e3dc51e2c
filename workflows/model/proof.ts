/** What a drill asks, in this order. A gate that fails ends the proof of its part; the other parts are proved all the same. */
export const GATES = [
  /** Every byte of the part came out of the repository, and has the manifest's SHA-256. */
  'fetch',
  /** The engine understands the dump. */
  'parse',
  'restore',
  /** What the engine can say of what it has now: no index is invalid, nothing is half made. */
  'structure',
  /** Counts and digests equal the manifest's. */
  'content',
  /** The engine's own check of what it has stored. */
  'engine',
  /** What the stack file says must be true. */
  'assertion',
] as const;

export type GateKind = (typeof GATES)[number];

export interface GateResult {
  readonly gate: GateKind;
  /** Name of the part that it was asked of. */
  readonly part: string;
  readonly passed: boolean;
  /** Wall clock of the step, waiting for a worker included. */
  readonly seconds: number;
  /** What was seen, or why it failed, in one sentence. */
  readonly detail: string;
}

/** A part as it was brought back. */
export interface DrilledPart {
  readonly name: string;
  /** Octets of its dump. */
  readonly bytes: number;
  readonly rows: number;
  /** Where it was restored, in words: `a container of sha256:1f…`. */
  readonly place: string;
  /** From the first byte read to the content proved: what a loss of this part costs. Absent when that was not reached. */
  readonly recoverySeconds?: number;
}

/** The evidence of one drill, stored in the repository. */
export interface Proof extends ProofSummary {
  readonly schema: 'pawl/proof@1';
  readonly stack: string;
  readonly host: string;
  readonly requestedBy: string;
  readonly pawlVersion: string;
  /** ISO 8601, UTC: when the point was taken. */
  readonly takenAt: string;
  readonly parts: readonly DrilledPart[];
  readonly results: readonly GateResult[];
}

/** What a list shows of a proof. */
export interface ProofSummary {
  /** The key of the run that saved the point: unique for ever, also in a copy. */
  readonly runKey: string;
  /** As the point was called then. */
  readonly pointId: string;
  /** The drill: `melvin/43`, and its key. */
  readonly drill: string;
  readonly drillKey: string;
  /** ISO 8601, UTC. */
  readonly provedAt: string;
  readonly ok: boolean;
  /** Whether every part of the point was proved. */
  readonly whole: boolean;
  /** Those that passed for every part that they were asked of. */
  readonly gates: readonly GateKind[];
  /** `content of accounts`; absent when none failed. */
  readonly failed?: string;
  /** Octets of the dumps that were brought back. */
  readonly bytes: number;
  /** To bring all of it back, one part after the other. */
  readonly recoverySeconds: number;
}

/** Something that must be true of what was restored. */
export interface Assertion {
  readonly kind: 'sql';
  /** Entry of `protect` whose database is asked. */
  readonly part: string;
  /** Must answer true. */
  readonly query: string;
}

/** The section `drill` of the stack file. */
export interface DrillDescription {
  readonly assert: readonly Assertion[];
}

/**
 * What a proof comes to: which gates passed everywhere, and the first that failed.
 * Shape:  results in the order of time → { ok, gates, failed? }
 */
export function judgeProof(
  results: readonly GateResult[],
): Pick<ProofSummary, 'ok' | 'gates' | 'failed'> {
  const of = (gate: GateKind) => results.filter((result) => result.gate === gate);
  const passed = GATES.filter(
    (gate) => of(gate).length > 0 && of(gate).every((result) => result.passed),
  );
  const first = results.find((result) => !result.passed);
  const ok = results.length > 0 && first === undefined;
  return {
    ok,
    gates: passed,
    ...(first === undefined ? {} : { failed: `${first.gate} of ${first.part}` }),
  };
}
