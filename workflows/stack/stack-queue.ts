import type { RunRequest } from '../catalogue';
import { setCurrentDetails } from '@temporalio/workflow';
import type { EndedRun, Freeze, QueuedRun, QueueState } from '../model/queue';
import { firstCharacters } from '../run/markdown';
import { Readiness } from './readiness';
import { StackNews, type CarriedNews } from './stack-news';
import { stackPage } from './stack-page';

/** A waiting run with what it will be started with. */
export interface WaitingRun extends QueuedRun {
  readonly request: RunRequest;
}

/** What one execution of the stack workflow hands to the next. */
export interface CarriedQueue {
  readonly highest: number;
  readonly running: readonly QueuedRun[];
  readonly waiting: readonly WaitingRun[];
  readonly ended: readonly EndedRun[];
  readonly freeze?: Freeze;
  /** Absent in what earlier versions handed on. */
  readonly news?: CarriedNews;
}

const ENDED_KEPT = 10;
/** The run itself has the whole of it. */
const LONGEST_SUMMARY = 500;
const LONGEST_MESSAGE = 1000;

/** Who runs, who waits, who ended: the stack workflow's whole memory. Changes it makes show on its page in Temporal. */
export class StackQueue {
  readonly readiness: Readiness;
  readonly news: StackNews;
  running: QueuedRun[];
  waiting: WaitingRun[];
  private ended: EndedRun[];
  private highest: number;
  private freeze: Freeze | undefined;
  /** Somebody has frozen or unfrozen it in this execution: what was on record before does not count. */
  private freezeDecided = false;

  constructor(
    private readonly stack: string,
    carried?: CarriedQueue,
  ) {
    this.running = [...(carried?.running ?? [])];
    this.waiting = [...(carried?.waiting ?? [])];
    this.ended = [...(carried?.ended ?? [])];
    this.highest = carried?.highest ?? 0;
    this.freeze = carried?.freeze;
    this.readiness = new Readiness(carried !== undefined);
    this.news = new StackNews(stack, carried?.news);
    this.show();
  }

  get frozen(): boolean {
    return this.freeze !== undefined;
  }

  get freezeMessage(): string | undefined {
    return (
      this.freeze &&
      `frozen by ${this.freeze.by} since ${this.freeze.since}: ${this.freeze.message}`
    );
  }

  /** Takes in runs that were found open after a loss of memory; returns those that were not known. */
  takeOver(
    open: readonly { number: number; runbook: string; requestedBy: string }[],
    highest: number,
    since: string,
  ): readonly QueuedRun[] {
    this.highest = Math.max(this.highest, highest);
    const known = new Set(this.running.map(({ number }) => number));
    const takenOver = open
      .filter(({ number }) => !known.has(number))
      .map((run) => ({ ...run, requestId: '', since }));
    this.running.push(...takenOver);
    this.show();
    return takenOver;
  }

  /** Numbers a run and puts it in line. The same request (a client's second try) keeps its number. */
  add(request: RunRequest, requestId: string, since: string): number {
    const known = [...this.running, ...this.waiting].find(
      (run) => requestId !== '' && run.requestId === requestId,
    );
    if (known !== undefined) return known.number;
    this.highest += 1;
    this.news.heed(request.stack);
    const { runbook, requestedBy } = request;
    this.waiting.push({ number: this.highest, runbook, requestedBy, requestId, since, request });
    this.show();
    return this.highest;
  }

  /** Moves a run from the line to those that run. */
  take(run: WaitingRun): WaitingRun {
    const { request, ...queued } = run;
    this.waiting = this.waiting.filter((other) => other.number !== run.number);
    this.running.push(queued);
    this.show();
    return run;
  }

  end(ended: EndedRun): void {
    this.running = this.running.filter((run) => run.number !== ended.number);
    const short = { ...ended, summary: firstCharacters(ended.summary, LONGEST_SUMMARY) };
    this.ended = [short, ...this.ended].slice(0, ENDED_KEPT);
    this.show();
  }

  withdraw(number: number, by: string, endedAt: string): boolean {
    const run = this.waiting.find((candidate) => candidate.number === number);
    if (run === undefined) return false;
    this.waiting = this.waiting.filter((other) => other !== run);
    const summary = `taken out of the queue by ${by}`;
    this.end({ number, runbook: run.runbook, outcome: 'cancelled', summary, endedAt });
    return true;
  }

  /** Takes in the freeze that was on record when the memory was lost. */
  recall(freeze: Freeze | undefined): void {
    if (this.freezeDecided) return;
    this.freeze ??= freeze;
    this.show();
  }

  freezeWith(freeze: Freeze): Freeze {
    this.freezeDecided = true;
    const { message } = freeze;
    this.freeze = { ...freeze, message: firstCharacters(message, LONGEST_MESSAGE) };
    this.show();
    return this.freeze;
  }

  unfreeze(): boolean {
    const was = this.frozen;
    this.freezeDecided = true;
    this.freeze = undefined;
    this.show();
    return was;
  }

  state(): QueueState {
    return {
      stack: this.stack,
      running: this.running,
      waiting: this.waiting.map(({ request, ...queued }) => queued),
      ended: this.ended,
      ...(this.freeze === undefined ? {} : { freeze: this.freeze }),
    };
  }

  carry(): CarriedQueue {
    const { highest, running, waiting, ended, freeze } = this;
    const news = this.news.carry();
    return { highest, running, waiting, ended, news, ...(freeze === undefined ? {} : { freeze }) };
  }

  /** The stack's page in Temporal's UI. */
  private show(): void {
    setCurrentDetails(stackPage(this.state()));
  }
}
