import type { RunRequest } from '../../workflows/catalogue';
import type { Submitted } from '../../workflows/messages';
import { beating } from '../frame/beating';
import type { Ports } from '../ports/host-ports';
import { runBrief } from './run-brief';

export interface SubmitScheduledInput {
  /** Its `pawlVersion` is filled in by whoever submits it. */
  readonly request: RunRequest;
  readonly requestId: string;
  /** ISO 8601, UTC. */
  readonly dueAt: string;
}

/** `coveredBy`: a run that began after this one was due. */
export type ScheduledSubmission = Submitted | { readonly coveredBy: string };

/**
 * Submits the run that is due, unless one has begun since.
 * Shape:  { request, requestId, dueAt } → { run, number, behind } or { coveredBy }
 * Retry:  safe; admitted once by its id. Heartbeats every 2 s
 * Throws: what the stack refuses it with (ResourceBusy: frozen · PreconditionFailed) · ServiceUnavailable
 */
export const submitScheduled =
  (ports: Pick<Ports, 'schedules' | 'secrets'>) =>
  ({ request, requestId, dueAt }: SubmitScheduledInput): Promise<ScheduledSubmission> =>
    runBrief(ports, async () => {
      const { stack, runbook } = request;
      const coveredBy = await ports.schedules.begunSince(
        { stack: stack.name, runbook, time: dueAt },
        requestId,
      );
      if (coveredBy !== undefined) return { coveredBy };
      return beating(() => ports.schedules.submit(request, requestId));
    });
