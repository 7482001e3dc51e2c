import type { Audience } from '../model/audience';
import type { FailureDetails } from '../model/failure-type';
import type { Notice } from '../model/notice';
import type { EndedRun, QueuedRun } from '../model/queue';
import { noticeOf, sentences } from '../run/people/plan-notice';

/** How the last runs of one runbook went. */
export interface RunbookPast {
  readonly runbook: string;
  /** The last one that was done. */
  readonly done?: { readonly run: string; readonly at: string };
  /** Those that have failed since: the first of them, and how many. */
  readonly failing?: { readonly run: string; readonly since: string; readonly count: number };
}

/** How a run ended, and what it said of it, as far as that is known. */
export type ToldEnd = EndedRun & { readonly details?: FailureDetails };

type About = Pick<Audience, 'stack' | 'host'>;

/**
 * What is told when a run starts; only what watches its runbook listens.
 * Shape:  stack and host, run, time → notice
 */
export function planStartNotice(
  about: About,
  { number, runbook, requestedBy }: QueuedRun,
  at: string,
): Notice {
  const run = `${about.stack}/${number}`;
  return {
    ...noticeOf(about, { run, runbook }),
    ...{ event: 'started', since: at, at },
    what: `${runbook} started (${run})`,
    why: `Requested by ${requestedBy}.`,
  };
}

/**
 * What is told of a run's end. Of one that was done: that it was, and, where runs of its runbook had failed before, that it
 * has recovered.
 * Shape:  stack and host, how the run ended, how those before went → notices
 */
export function planEndNotices(
  about: About,
  ended: ToldEnd,
  past: RunbookPast | undefined,
): readonly Notice[] {
  const { outcome } = ended;
  if (outcome === 'done') {
    const recovered = past?.failing === undefined ? [] : [recovery(about, ended, past.failing)];
    return [success(about, ended), ...recovered];
  }
  return [outcome === 'cancelled' ? cancellation(about, ended) : failure(about, ended, past)];
}

/**
 * Takes the end of a run into what is remembered. A cancelled run says nothing of how its runbook goes.
 * Shape:  what is remembered, how a run ended → what is remembered then
 */
export function planPast(
  all: readonly RunbookPast[],
  { number, runbook, outcome, endedAt }: EndedRun,
  stack: string,
): readonly RunbookPast[] {
  if (outcome === 'cancelled') return all;
  const run = `${stack}/${number}`;
  const before = all.find((one) => one.runbook === runbook) ?? { runbook };
  const { failing = { run, since: endedAt, count: 0 } } = before;
  const now: RunbookPast =
    outcome === 'done'
      ? { runbook, done: { run, at: endedAt } }
      : { ...before, failing: { ...failing, count: failing.count + 1 } };
  return [...all.filter((one) => one.runbook !== runbook), now];
}

function success(about: About, ended: ToldEnd): Notice {
  return ending(about, ended, 'succeeded', 'done');
}

function cancellation(about: About, ended: ToldEnd): Notice {
  return { ...ending(about, ended, 'cancelled', 'was cancelled'), next: show(about, ended) };
}

function recovery(
  about: About,
  ended: ToldEnd,
  { run, since, count }: NonNullable<RunbookPast['failing']>,
): Notice {
  const before = count === 1 ? `${run} had failed` : `${count} runs in a row had failed`;
  return {
    ...ending(about, ended, 'recovered', 'has recovered'),
    why: `${before}, since ${since}.`,
    state: `${runOf(about, ended)} ended as planned.`,
  };
}

function failure(about: About, ended: ToldEnd, past: RunbookPast | undefined): Notice {
  const { runbook, summary, details, outcome } = ended;
  const { failing, done } = past ?? {};
  const verb = outcome === 'terminated' ? 'was terminated' : 'failed';
  const times = failing && `It is failure ${failing.count + 1} in a row since ${failing.since}`;
  const last = done && `The last ${runbook} that was done is ${done.run}, of ${done.at}`;
  return {
    ...ending(about, ended, 'failed', verb),
    since: failing?.since ?? ended.endedAt,
    why: summary,
    state: sentences(details?.stateNow, times, last),
    next: sentences(details?.evidence.advice, show(about, ended)),
  };
}

function ending(about: About, ended: ToldEnd, event: Notice['event'], verb: string): Notice {
  const { runbook, endedAt } = ended;
  const run = runOf(about, ended);
  return {
    ...noticeOf(about, { run, runbook }),
    ...{ event, since: endedAt, at: endedAt },
    what: `${runbook} ${verb} (${run})`,
  };
}

function show(about: About, ended: ToldEnd): string {
  return `\`pawl show ${runOf(about, ended)}\` shows its steps.`;
}

function runOf({ stack }: About, { number }: EndedRun): string {
  return `${stack}/${number}`;
}
