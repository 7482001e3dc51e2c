import type { RunReference } from '../../workflows/model/run';
import type { AuditEntry } from '../ports/audit-record';
import type { Ports } from '../ports/host-ports';
import { runStep, type StepInput } from '../frame/run-step';

export interface RecordRunInput extends StepInput {
  readonly run: RunReference;
  readonly entry: Omit<AuditEntry, 'run' | 'runKey' | 'stack'>;
}

/**
 * Writes a run's end to the host's audit record, which outlives Temporal's retention, and clears away its receipts:
 * their manifest is stored, or never will be.
 * Retry:  safe; one line per run, however often it is called
 * Throws: InternalError (the record's hash chain is broken) · CommandFailed (disk full)
 */
export const recordRun =
  (ports: Ports) =>
  (input: RecordRunInput): Promise<void> =>
    runStep(ports, input, { phase: 'record run' }, async () => {
      const { id, key } = input.run;
      await ports.audit.append({ run: id, runKey: key, stack: input.stack.name, ...input.entry });
      await ports.receipts.clear(key);
    });
