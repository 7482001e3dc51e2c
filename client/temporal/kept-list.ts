import { keptState, keptWorkflowId } from '../../workflows/messages';
import { dropStepId, type KeptPart, type KeptState } from '../../workflows/model/kept';
import { isNotFound } from './errors';
import { answerOrNote } from './run-messages';
import { opened } from './open-sealed';
import { pendingSteps, type PendingStep } from './pending-steps';
import type { Session } from './session';
import { thoseThatAnswer } from './stuck-runs';

/** Everything that restores of a stack replaced and still keep, newest first. Needs a worker. */
export async function listKept(session: Session, stack: string): Promise<KeptState[]> {
  const prefix = keptWorkflowId(`${stack}/`);
  const query = `WorkflowType = 'kept' AND ExecutionStatus = 'Running' AND WorkflowId STARTS_WITH "${prefix}"`;
  const runs = await session.call(async () => {
    const found: string[] = [];
    for await (const { workflowId } of session.client.workflow.list({ query, pageSize: 100 })) {
      found.push(workflowId);
    }
    return found;
  });
  const ids = await thoseThatAnswer(session, runs);
  const all = await Promise.all(
    ids.map((id) =>
      answerOrNote(session, id, () => readKept(session, id.slice(keptWorkflowId('').length))),
    ),
  );
  return all
    .flatMap((kept) => kept ?? [])
    .filter(({ parts }) => parts.some(({ state }) => state !== 'dropped'))
    .sort((a, b) => b.since.localeCompare(a.since));
}

/** What one restore keeps, and of what is being dropped why it takes so long. Throws: not found when it keeps nothing. */
export async function readKept(session: Session, run: string): Promise<KeptState> {
  const handle = session.client.workflow.getHandle(keptWorkflowId(run));
  const [state, { raw }] = await Promise.all([
    session.call(() => handle.query(keptState)),
    session.call(() => handle.describe()),
  ]);
  const steps = pendingSteps(opened(session.codec, raw));
  return { ...state, parts: state.parts.map((part) => withReason(part, steps)) };
}

/** What became of the things that one restore replaced. `unknown`: their keeper was ended by hand, or is forgotten. */
export type KeptFate = 'kept' | 'dropped' | 'unknown';

/** Needs no worker. */
export async function keptFate({ client, call }: Session, run: string): Promise<KeptFate> {
  try {
    const { status } = await call(() => client.workflow.getHandle(keptWorkflowId(run)).describe());
    if (status.name === 'RUNNING') return 'kept';
    return status.name === 'COMPLETED' ? 'dropped' : 'unknown';
  } catch (error) {
    if (isNotFound(error)) return 'unknown';
    throw error;
  }
}

function withReason(part: KeptPart, steps: readonly PendingStep[]): KeptPart {
  const step = steps.find(({ id }) => id === dropStepId(part.name));
  if (part.state !== 'dropping' || step === undefined) return part;
  const reason =
    step.lastFailure ?? (step.started ? undefined : 'waits for the worker of its host');
  return reason === undefined ? part : { ...part, reason };
}
