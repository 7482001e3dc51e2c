import type { CheckRecord, Slice } from '../../workflows/model/retention';
import { planReadingsAfter } from '../../workflows/retain/plan-reading';
import { runStep, type StepInput } from '../frame/run-step';
import { AdapterError } from '../ports/adapter-error';
import type { Ports } from '../ports/host-ports';

export interface CheckRepositoryInput extends StepInput {
  readonly repositoryId: string;
  /** Absent: no pack is read. */
  readonly slice?: Slice;
}

/**
 * Looks whether the repository is whole, reads one slice of its packs, and keeps what it has found.
 * Shape:  { stack, repositoryId, slice? } → nothing
 * Retry:  safe; reads again
 * Throws: VerificationFailed (what is damaged, and the points that are touched) · ServiceUnavailable
 */
export const checkRepository =
  (ports: Ports) =>
  (input: CheckRepositoryInput): Promise<void> =>
    runStep(ports, input, { phase: 'check repository' }, async (attempt, site) => {
      const { stack, repositoryId, slice } = input;
      const { readings } = await ports.checks.of(repositoryId);
      const keep = (record: CheckRecord): Promise<void> => ports.checks.keep(repositoryId, record);
      try {
        await ports.openUpkeep(site, stack.repository).check(stack.name, slice, attempt);
      } catch (error) {
        if (error instanceof AdapterError && error.kind === 'VerificationFailed') {
          await keep({ readings, damage: { at: isoNow(), ...(slice && { slice }) } });
        }
        throw error;
      }
      await keep({
        readings: slice === undefined ? readings : planReadingsAfter(readings, slice, isoNow()),
      });
    });

function isoNow(): string {
  return new Date().toISOString();
}
