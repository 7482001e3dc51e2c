import { runStep, type StepInput } from '../frame/run-step';
import type { Ports } from '../ports/host-ports';
import type { Forgotten } from '../ports/retention';
import { straysBefore } from './strays-before';

export interface ForgetPointsInput extends StepInput {
  /** Of the points that go. */
  readonly runKeys: readonly string[];
  /** ISO 8601, UTC: the plan's time. */
  readonly now: string;
}

/**
 * Forgets recovery points, and what runs without one have stored.
 * Shape:  { stack, runKeys, now } → { points, snapshots }
 * Retry:  safe; what is gone already is passed over
 * Throws: ResourceBusy (a backup runs) · PreconditionFailed (append-only) · ServiceUnavailable
 */
export const forgetPoints =
  (ports: Ports) =>
  (input: ForgetPointsInput): Promise<Forgotten> =>
    runStep(ports, input, { phase: 'forget recovery points' }, (attempt, site) => {
      const { stack, runKeys, now } = input;
      const chosen = { runKeys, straysBefore: straysBefore(stack, now) };
      return ports.openUpkeep(site, stack.repository).forget(stack.name, chosen, attempt);
    });
