import type { RunOutcome } from '../../workflows/model/outcome';
import { ClientError } from '../client-error';
import { EXIT_CODES } from '../exit-codes';
import type { RunName } from '../stack';
import { resultOf } from '../temporal/ask-worker';
import { readFailure } from '../temporal/read-failure';
import type { RunFailure } from '../temporal/read-failure';
import type { Session } from '../temporal/session';
import { interruptible, pause } from '../terminal/interrupt';
import type { Output } from '../terminal/output';
import { choosePresenter } from './presenters';
import { RunObserver } from './run-observer';
import { isOver } from './run-view';
import type { RunView } from './run-view';

const LOOK_MILLISECONDS = 500;

/** How a run ended. */
export interface RunEnd {
  readonly view: RunView;
  /** Of a run that is done. */
  readonly outcome?: RunOutcome;
  /** Of one that is not. */
  readonly failure?: RunFailure;
}

/**
 * Shows a run until it ends. Also for one that began long ago. Ctrl-C leaves it alone (exit 130), `timeoutSeconds` too
 * (exit 124): a run never depends on who watches it.
 */
export async function followRun(
  session: Session,
  output: Output,
  name: RunName,
  timeoutSeconds: number,
): Promise<RunEnd> {
  const presenter = await choosePresenter(output);
  const observer = new RunObserver(session, name);
  const deadline = Date.now() + timeoutSeconds * 1000;
  try {
    const view = await interruptible(
      () => {
        presenter.close();
      },
      async (signal) => {
        const detached = aborted(signal);
        for (;;) {
          const now = await Promise.race([observer.look(), detached]);
          if (signal.aborted || !now) throw left(EXIT_CODES.detached, name.run, 'detached');
          presenter.show(now);
          if (isOver(now.status)) return now;
          if (Date.now() > deadline) throw left(EXIT_CODES.timedOut, name.run, 'wait-timed-out');
          await pause(LOOK_MILLISECONDS, signal);
        }
      },
    );
    return await readEnd(session, view);
  } finally {
    presenter.close();
  }
}

/** What a run that is over came to. */
export async function readEnd(session: Session, view: RunView): Promise<RunEnd> {
  if (view.summary !== undefined) return { view, failure: withoutExecution(view, view.summary) };
  const handle = session.client.workflow.getHandle(view.run);
  try {
    return { view, outcome: await resultOf<RunOutcome>(session, handle) };
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    if (!isOver(view.status) || view.status === 'done') throw error;
    const { steps, ...failure } = readFailure(error.cause);
    // The failure has the steps as they were when it came: all there is where no worker answers.
    const isWhole = view.phase === 'ended' || steps === undefined;
    return { view: isWhole ? view : { ...view, steps }, failure };
  }
}

/** Withdrawn from the queue, or not to be started: an execution of this name, if there is one, is an older run's. */
function withoutExecution({ status }: RunView, message: string): RunFailure {
  const evidence = {};
  const state = 'Nothing of it had begun.';
  if (status === 'terminated') return { type: 'Terminated', message, evidence };
  return status === 'cancelled'
    ? { type: 'Cancelled', message, evidence, state, advice: 'Ask again when it is wanted.' }
    : { type: 'PreconditionFailed', message, evidence, state, advice: 'Start it again.' };
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    signal.addEventListener(
      'abort',
      () => {
        resolve(undefined);
      },
      { once: true },
    );
  });
}

/** The run itself is untouched. */
function left(code: 124 | 130, run: string, reason: string): ClientError {
  const how = code === 124 ? 'No longer waiting' : 'Detached';
  return new ClientError(code, `${how}: ${run} goes on.`, {
    reason,
    advice: `\`pawl watch ${run}\` shows it again, \`pawl cancel ${run}\` ends it.`,
  });
}
