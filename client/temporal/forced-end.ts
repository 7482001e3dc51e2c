import type { RunInput } from '../../workflows/catalogue';
import { decodeFromPayloadsAtIndex } from '@temporalio/common/lib/internal-non-workflow';
import type { ForcedEnd, ForcedEndInput } from '../../workflows/model/forced-end';
import type { StackDescription } from '../../workflows/model/stack';
import { ClientError } from '../client-error';
import { EXIT_CODES } from '../exit-codes';
import type { Output } from '../terminal/output';
import { askWorker } from './ask-worker';
import { readOrigin } from './run-origin';
import type { Session } from './session';
import { readStuck } from './stuck-runs';

/** What is to be ended: a run, or what a stack keeps beside its runs. */
export interface Ended {
  /** Id of its workflow. */
  readonly run: string;
  /** 0 of what is no run. */
  readonly number: number;
}

/**
 * Ends what cannot go on: recorded, and its requests at the current release.
 * Throws: ClientError (refused) when it can go on
 */
export async function endByForce(
  session: Session,
  output: Output,
  { run, number }: Ended,
  by: string,
  /** As the stack file at hand describes it; undefined where that is of another stack, or there is none. */
  ownStack: (name: string) => Promise<StackDescription | undefined>,
): Promise<ForcedEnd> {
  const description = await session.call(() => session.client.workflow.getHandle(run).describe());
  const [stuck] = await readStuck(session, [run]);
  if (stuck === undefined) throw goesOn(run, description.status.name === 'RUNNING');
  const { firstExecutionRunId: key = description.runId } = readFirst(description.raw);
  // The run's own description may be of a version that this worker no longer reads.
  const name = stackOf(run);
  const stack = (await ownStack(name)) ?? (await readDescription(session, run));
  if (stack === undefined) throw withoutStackFile(run, name);
  const input: ForcedEndInput = {
    ...{ stack, run, number, key, runbook: description.type, by, reason: stuck.reason },
    requestedBy: readOrigin(description).asked.requestedBy ?? 'unknown',
  };
  return askWorker<ForcedEnd>(session, output, {
    ...{ stack, type: 'endByForce', prefix: 'force', input },
  });
}

/** Of `melvin/42`, and of `kept/melvin/2`, `warm/melvin` and `stack/melvin`. */
function stackOf(run: string): string {
  const [first = '', second = ''] = run.split('/');
  return /^\d+$/.test(second) ? first : second;
}

function withoutStackFile(run: string, name: string): ClientError {
  return new ClientError(EXIT_CODES.usage, `${run} does not tell on which host it is.`, {
    advice: `Ask beside the stack file of ${name}, or with \`-f\`.`,
    reason: 'usage',
  });
}

function readFirst(raw: {
  readonly workflowExecutionInfo?: { readonly firstRunId?: string | null } | null;
}): { readonly firstExecutionRunId?: string } {
  const id = raw.workflowExecutionInfo?.firstRunId;
  return id ? { firstExecutionRunId: id } : {};
}

function goesOn(run: string, isOpen: boolean): ClientError {
  if (!isOpen) {
    return new ClientError(EXIT_CODES.failed, `${run} has already ended.`, {
      reason: 'not-running',
    });
  }
  return new ClientError(
    EXIT_CODES.refused,
    `${run} can go on: by force only what cannot is ended.`,
    {
      advice: `\`pawl cancel ${run}\` ends it and undoes what it began.`,
      reason: 'PreconditionFailed',
    },
  );
}

/** As it was started with it; undefined of what carries none. */
async function readDescription(
  { client, namespace, call }: Session,
  workflowId: string,
): Promise<StackDescription | undefined> {
  const page = await call(() =>
    client.workflowService.getWorkflowExecutionHistory({
      ...{ namespace, execution: { workflowId }, maximumPageSize: 1 },
    }),
  );
  const [first] = page.history?.events ?? [];
  const { payloads } = first?.workflowExecutionStartedEventAttributes?.input ?? {};
  if (!payloads?.length) return undefined;
  const input = await decodeFromPayloadsAtIndex<
    Partial<RunInput> & { readonly stack?: StackDescription | string }
  >(client.workflow.options.loadedDataConverter, 0, payloads);
  const stack = input.request?.stack ?? input.stack;
  return typeof stack === 'string' ? undefined : stack;
}
