import { isNotFound, isAway } from '../temporal/errors';
import { progress, queue, stackWorkflowId } from '../../workflows/messages';
import type { EndedRun } from '../../workflows/model/queue';
import type { RunProgress } from '../../workflows/model/run';
import { opened } from '../temporal/open-sealed';
import { pendingSteps } from '../temporal/pending-steps';
import type { PendingStep } from '../temporal/pending-steps';
import { stuckAdvice } from '../temporal/judge-stuck';
import { canBeAsked, readStuck } from '../temporal/stuck-runs';
import { readOrigin } from '../temporal/run-origin';
import { startWorker } from '../temporal/require-worker';
import type { Session } from '../temporal/session';
import type { RunName } from '../stack';
import { ClientError } from '../client-error';
import { EXIT_CODES } from '../exit-codes';
import { pause } from '../terminal/interrupt';
import { personWait, waitingWords } from './waiting-words';
import { RateMeter } from './rate-meter';
import { isOver, mergeSteps, pendingOnly } from './run-view';
import type { RunStatus, RunView, StepView } from './run-view';

const QUERY_MILLISECONDS = 4_000;
const DESCRIBE_MILLISECONDS = 2_500;
/** A worker that is there answers within this; then steps and activities are of one moment. */
const MOMENT_MILLISECONDS = 300;
/** One that does not within this may have none. */
const PROMPT_MILLISECONDS = 1_000;

const STATUS: Readonly<Record<string, RunStatus>> = {
  RUNNING: 'running',
  PAUSED: 'running',
  CONTINUED_AS_NEW: 'running',
  COMPLETED: 'done',
  FAILED: 'failed',
  TIMED_OUT: 'failed',
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
};

/**
 * Looks at one run, again and again. The server tells what is scheduled and how it ended; the steps come from a worker,
 * which may be away: the last ones seen are kept meanwhile.
 */
export class RunObserver {
  readonly #rates = new RateMeter();
  #progress: RunProgress | undefined;
  #query: Promise<void> | undefined;
  #workerAway = false;
  /** Its last query was not answered, for whatever reason: then it may be one that cannot go on. */
  #silent = false;
  #askedAt = 0;
  #isOurs: boolean;

  constructor(
    private readonly session: Session,
    private readonly name: RunName,
  ) {
    this.#isOurs = name.requestId === undefined;
  }

  /** Never rejects because somebody is away: the view says so. */
  async look(): Promise<RunView> {
    try {
      return await this.#lookAtRun();
    } catch (error) {
      if (isNotFound(error)) return this.#lookAtQueue();
      if (!isAway(error)) throw error;
      return this.#view('running', { waitingFor: 'the Temporal server' });
    }
  }

  async #lookAtRun(): Promise<RunView> {
    const { client, codec, call } = this.session;
    const handle = client.workflow.getHandle(this.name.run);
    const asked = this.#isOurs ? this.#askProgress() : undefined;
    const description = await call(() => handle.describe(), DESCRIBE_MILLISECONDS);
    const origin = readOrigin(description);
    this.#isOurs ||= origin.requestId === this.name.requestId;
    if (!this.#isOurs) return this.#lookAtQueue();
    const status = STATUS[description.status.name] ?? 'running';
    await (isOver(status)
      ? this.#askForTheEnd(description.raw)
      : Promise.race([asked ?? this.#askProgress(), pause(MOMENT_MILLISECONDS)]));
    return this.#view(status, {
      steps: this.#steps(pendingSteps(opened(codec, description.raw))),
      runbook: description.type,
      ...origin.asked,
      startedAt: description.startTime.toISOString(),
      ...(description.closeTime ? { endedAt: description.closeTime.toISOString() } : {}),
      ...(isOver(status) ? {} : await this.#waiting()),
    });
  }

  /** For a worker first: without one no answer of a person arrives. */
  async #waiting(): Promise<Partial<RunView>> {
    const hangs = this.#query !== undefined && Date.now() - this.#askedAt > PROMPT_MILLISECONDS;
    const [stuck] = this.#silent || hangs ? await readStuck(this.session, [this.name.run]) : [];
    if (stuck !== undefined) {
      const { kind, reason } = stuck;
      const waitingFor = `a person: it cannot go on, since ${reason}. ${stuckAdvice(stuck)}`;
      return { cannotGoOn: { kind, reason }, waitingFor };
    }
    if (this.#workerAway) return { waitingFor: `a worker. ${startWorker()}` };
    const wait = this.#progress && personWait(this.#progress);
    return wait === undefined ? {} : { waitingFor: waitingWords(wait) };
  }

  #steps(pending: readonly PendingStep[]): StepView[] {
    for (const { id, transfer } of pending) {
      if (transfer) this.#rates.add(id, transfer.bytesDone, Date.now());
    }
    const rate = (id: string) => this.#rates.bytesPerSecond(id);
    if (this.#progress) return mergeSteps(this.#progress.steps, pending, rate);
    return this.#workerAway ? pendingOnly(pending, rate) : [];
  }

  /** An answer on its way may be from before the end, or lost with a server that has just come back. */
  async #askForTheEnd(raw: Parameters<typeof canBeAsked>[1]): Promise<void> {
    if (!(await canBeAsked(this.session, raw))) return;
    for (let tries = 0; tries < 3 && this.#progress?.phase !== 'ended'; tries += 1) {
      await this.#askProgress();
    }
  }

  /** At most one query is on its way: it may hang until its deadline when no worker is there. */
  #askProgress(): Promise<void> {
    const { client, call } = this.session;
    if (this.#query === undefined) this.#askedAt = Date.now();
    this.#query ??= call(
      () => client.workflow.getHandle(this.name.run).query(progress),
      QUERY_MILLISECONDS,
    )
      .then(
        (answer) => {
          this.#progress = answer;
          this.#workerAway = false;
          this.#silent = false;
        },
        (error: unknown) => {
          // A query may also come before the run's first task was done; the next look asks again.
          this.#workerAway = isAway(error);
          this.#silent = true;
        },
      )
      .finally(() => {
        this.#query = undefined;
      });
    return this.#query;
  }

  /** Not started (yet): the stack workflow knows whether it waits, and behind what. */
  async #lookAtQueue(): Promise<RunView> {
    const { run, stack, number } = this.name;
    const { client, call } = this.session;
    const handle = client.workflow.getHandle(stackWorkflowId(stack));
    try {
      const state = await call(() => handle.query(queue), QUERY_MILLISECONDS);
      const ended = state.ended.find((candidate) => candidate.number === number);
      if (ended) return this.#view(ended.outcome, endOf(ended));
      const line = [...state.running, ...state.waiting];
      const at = line.findIndex((candidate) => candidate.number === number);
      const own = line[at];
      if (!own) throw notFound(run);
      const starting = at < state.running.length;
      const behind = starting ? [] : line.slice(0, at).map((other) => `${stack}/${other.number}`);
      const { runbook, requestedBy, since } = own;
      return this.#view('queued', { behind, runbook, requestedBy, requestedAt: since });
    } catch (error) {
      if (isNotFound(error)) throw notFound(run);
      if (!isAway(error)) throw error;
      return this.#view('queued', { waitingFor: `a worker. ${startWorker()}` });
    }
  }

  #view(status: RunStatus, rest: Partial<RunView>): RunView {
    const { phase, approval, held, stateNow, steps = [], omittedSteps } = this.#progress ?? {};
    const known = {
      steps,
      ...(phase === undefined ? {} : { phase }),
      ...(approval === undefined ? {} : { approval }),
      ...(held === undefined ? {} : { held }),
      ...(omittedSteps === undefined ? {} : { omittedSteps }),
      ...(stateNow === undefined ? {} : { stateNow }),
    };
    return { run: this.name.run, status, behind: [], ...known, ...rest };
  }
}

/** It has no execution of its own: it never began, or Temporal has forgotten it. */
function endOf({ runbook, outcome, summary, endedAt }: EndedRun): Partial<RunView> {
  return { runbook, endedAt, ...(outcome === 'done' ? {} : { summary }) };
}

function notFound(run: string): ClientError {
  return new ClientError(EXIT_CODES.failed, `There is no run ${run}, or no longer.`, {
    advice: '`pawl runs` lists those that Temporal still knows.',
    reason: 'not-found',
  });
}
