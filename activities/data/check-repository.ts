import type { Slice } from '../../workflows/model/retention';
import { planReadingsAfter } from '../../workflows/retain/plan-reading';
import { runStep, type StepInput } from '../frame/run-step';
import type { Ports } from '../ports/host-ports';

export interface CheckRepositoryInput extends StepInput {
  readonly repositoryId: string;
  /** Absent: no pack is read. */
  readonly slice?: Slice;
}

/**
 * Looks whether the repository is whole, reads one slice of its packs, and keeps that it was read.
 * Shape:  { stack, repositoryId, slice? } → nothing
 * Retry:  safe; reads again
 * Throws: VerificationFailed (what is damaged, and the points that are touched) · ServiceUnavailable
 */
export const checkRepository =
  (ports: Ports) =>
  (input: CheckRepositoryInput): Promise<void> =>
    runStep(ports, input, { phase: 'check repository' }, async (attempt, site) => {
      const { stack, repositoryId, slice } = input;
      await ports.openUpkeep(site, stack.repository).check(stack.name, slice, attempt);
      if (slice === undefined) return;
      const readings = await ports.readings.of(repositoryId);
      const now = new Date().toISOString();
      await ports.readings.keep(repositoryId, planReadingsAfter(readings, slice, now));
    });
