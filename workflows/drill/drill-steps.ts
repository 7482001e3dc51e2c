import type { DrillPlace } from '../model/drill';
import type { PlannedStep } from '../model/plans';
import type { Assertion, GateKind } from '../model/proof';
import type { Part } from '../model/recovery-point';
import { stepId } from '../model/step-id';

/* The steps of a drill, as its plan and its page tell them. */

export const SWEEP_SCRATCH: PlannedStep = { id: 'sweep', title: 'remove the scratch places' };

export const STORE_PROOF: PlannedStep = { id: 'proof', title: 'store the proof' };

export function observeScratchStep(entry: string): PlannedStep {
  return { id: stepId('observe', entry), title: `look where ${entry} can be restored` };
}

export function openStep({ entry, place }: Pick<DrillPlace, 'entry' | 'place'>): PlannedStep {
  return { id: stepId('open', entry), title: `make ${place} for ${entry}` };
}

const TITLES: Readonly<Record<Exclude<GateKind, 'assertion'>, (name: string) => string>> = {
  fetch: (name) => `read ${name} and compare its SHA-256`,
  parse: (name) => `read the dump's contents of ${name}`,
  restore: (name) => `restore ${name}`,
  structure: (name) => `look whether anything in ${name} is half made`,
  content: (name) => `compare ${name} with its manifest`,
  engine: (name) => `have the engine check ${name}`,
};

export function gateStep(gate: GateKind, { name }: Pick<Part, 'name'>): PlannedStep {
  return { id: stepId(gate, name), title: gate === 'assertion' ? name : TITLES[gate](name) };
}

/** What was restored gets its own name, as an application asks for it. */
export function placeStep({ name }: Pick<Part, 'name'>): PlannedStep {
  return { id: stepId('place', name), title: `put ${name} in its scratch place` };
}

export function assertStep({ part, query }: Assertion, index: number): PlannedStep {
  return { id: stepId('assert', String(index + 1)), title: `ask ${part}: ${query}` };
}
