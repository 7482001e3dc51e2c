import type { Gate } from '../model/deployment';
import type { PlannedStep } from '../model/plans';
import { gateSteps } from './check-steps';
import type { Run } from '../run/runbook';
import { isSwitched, newService, type Placement, type PlacedService } from './placement';

/** What is released, for the gates that look at it. */
export interface GatedImages {
  readonly images: readonly { readonly reference: string; readonly pinned: string }[];
}

/** Checks the gates one after the other; the first that stays closed ends the run. */
export async function checkGates(
  run: Run,
  when: 'before' | 'after',
  gates: readonly Gate[],
  placement: Placement,
  { images }: GatedImages,
): Promise<void> {
  const steps = gateSteps(when, gates);
  for (const [index, gate] of gates.entries()) {
    const step = steps[index] as PlannedStep;
    if (gate.kind === 'run') {
      await run.step<unknown>(
        step,
        (options, corrected) =>
          run.act.runOneOff.executeWithOptions(options, [
            {
              ...{ stack: run.stack, run: run.reference, release: placement.release },
              service: serviceInFile(placement, gate.service),
              command: gate.command,
              purpose: `gate-${when}-${index + 1}`,
              ...{ timeoutSeconds: gate.timeoutSeconds, ...corrected },
            },
          ]),
        { ...PASSED, values: { timeoutSeconds: gate.timeoutSeconds } },
      );
    } else {
      await run.step(
        step,
        (options, corrected) =>
          run.act.checkGate.executeWithOptions(options, [
            { stack: run.stack, gate: { ...gate, ...corrected }, images },
          ]),
        { ...PASSED, detail: (detail) => ({ detail }), values: correctable(gate) },
      );
    }
  }
}

function correctable(gate: Gate): Readonly<Record<string, number>> {
  const { timeoutSeconds } = gate;
  return gate.kind === 'http' ? { timeoutSeconds, expect: gate.expect } : { timeoutSeconds };
}

/** A person may let a release through a gate that stays closed. */
const PASSED = { skipped: () => '' };

/** The name of a service in the release's file: a switched one's own name is the switch's. */
export function serviceInFile({ services }: Placement, service: string): string {
  const placed = services.find(({ deployment }: PlacedService) => deployment.service === service);
  return placed !== undefined && isSwitched(placed) ? newService(placed) : service;
}
