import { WorkflowFailedError } from '@temporalio/client';
import type { RunOutcome } from '../../workflows/catalogue';
import { ClientError } from '../client-error';
import { EXIT_CODES } from '../exit-codes';
import type { RunName } from '../stack';
import { resultOf } from '../temporal/ask-worker';
import { keptFate, type KeptFate } from '../temporal/kept-list';
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
  /** Of a restore that is done and replaced something: whether that is still there. */
  readonly replaced?: KeptFate;
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
  let last: Pick<RunView, 'run'> & Partial<RunView> = { run: name.run };
  try {
    const view = await interruptible(
      () => {
        presenter.close();
      },
      async (signal) => {
        const detached = aborted(signal);
        let ended: AbortSignal | undefined;
        for (;;) {
          const now = await Promise.race([observer.look(), detached]);
          if (signal.aborted || !now) throw left(EXIT_CODES.detached, last, 'detached');
          last = now;
          presenter.show(now);
          if (isOver(now.status)) return now;
          const rest = deadline - Date.now();
          if (rest <= 0) throw left(EXIT_CODES.timedOut, now, 'wait-timed-out');
          if (now.status !== 'queued') ended ??= endOf(session, name.run);
          // What ends between two looks is looked at once more, and not again before its time.
          const news = ended === undefined || ended.aborted ? [] : [ended];
          await pause(Math.min(LOOK_MILLISECONDS, rest), AbortSignal.any([signal, ...news]));
        }
      },
    );
    return await readEnd(session, view);
  } finally {
    presenter.close();
  }
}

/** Aborted as soon as a run is over: Temporal tells whoever waits for it. Where that breaks off, looks go on as before. */
function endOf({ client }: Session, run: string): AbortSignal {
  const over = new AbortController();
  const tell = (): void => {
    over.abort();
  };
  client.workflow
    .getHandle(run, undefined, { followRuns: false })
    .result()
    .then(tell, (error: unknown) => {
      if (error instanceof WorkflowFailedError) tell();
    });
  return over.signal;
}

/** What a run that is over came to. */
export async function readEnd(session: Session, view: RunView): Promise<RunEnd> {
  if (view.summary !== undefined) return { view, failure: withoutExecution(view, view.summary) };
  const handle = session.client.workflow.getHandle(view.run);
  try {
    const outcome = await resultOf<RunOutcome>(session, handle);
    const replacedSomething = outcome.state !== 'planned' && 'keptUntil' in outcome;
    if (!replacedSomething) return { view, outcome };
    return { view, outcome, replaced: await keptFate(session, view.run) };
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
    ? {
        type: 'Cancelled',
        message,
        evidence,
        state,
        advice: 'Start it again if it is still wanted.',
      }
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

/** The run itself is untouched: it goes on, or it will start when what it waits for is there. */
function left(
  code: 124 | 130,
  view: Pick<RunView, 'run'> & Partial<RunView>,
  reason: string,
): ClientError {
  const { run, status } = view;
  const how = code === 124 ? 'No longer waiting' : 'Detached';
  const cancel = `\`pawl cancel ${run}\` ${status === 'queued' ? 'takes it back' : 'ends it'}`;
  return new ClientError(code, `${how}: ${run} ${whatBecomesOf(view)}.`, {
    reason,
    advice: `\`pawl watch ${run}\` shows it again, ${cancel}.`,
  });
}

function whatBecomesOf({ status, behind = [], waitingFor }: Partial<RunView>): string {
  if (status === 'queued') {
    if (behind.length > 0) return `has not started; it starts after ${behind.join(', ')}`;
    const when = waitingFor === undefined ? 'any moment' : 'as soon as a worker answers';
    return `has not started; it starts ${when}`;
  }
  return waitingFor === undefined ? 'goes on' : `is not over; it waits for ${waitingFor}`;
}
