import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { ApprovalState } from '../model/approval';
import type { HeldStep } from '../model/hold';
import type { PlannedStep } from '../model/plans';
import type { RunbookName, RunProgress, StepProgress } from '../model/run';
import { SEARCH_ATTRIBUTES } from '../model/search-attributes';
import { approvalLines } from './approval-page';
import { holdLines } from './hold-page';
import { escapeMarkdown, firstCharacters } from './markdown';
import { tellingFirst, withinBytes } from './telling-steps';

/** Temporal's UI passes the page on in a URL. */
const LONGEST_PAGE = 3500;
const REASON_SHOWN = 600;
const DETAIL_SHOWN = 300;
/** More are not put in the order of the run but in the order of what one looks for; more than these never fit. */
const LONG_LIST = 30;
const MOST_LINES = 100;

/** Temporal warns of a payload above 256 KiB, and takes none above 2 MiB. */
const LONGEST_ANSWER_BYTES = 200 * 1024;
const LONGEST_DETAIL = 1000;

const MARK: Readonly<Record<StepProgress['state'], string>> = {
  waiting: '○',
  running: '▶',
  done: '✔',
  skipped: '–',
  failed: '✘',
  undone: '↶',
};

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** What people see of a run: the answer of its `progress` query, and its page in Temporal's UI. */
export class RunPage {
  private readonly steps: Mutable<StepProgress>[] = [];
  private phase: RunProgress['phase'] = 'observe';
  private planHash: string | undefined;
  private asked: ApprovalState | undefined;
  private held: readonly HeldStep[] = [];
  private end: { readonly state: string; readonly reason: string | undefined } | undefined;

  constructor(
    private readonly run: string,
    private readonly runbook: RunbookName,
    private readonly stack: string,
  ) {}

  /** The steps are the most telling ones where all would have no room. */
  progress(roomBytes = LONGEST_ANSWER_BYTES): RunProgress {
    const steps = withinBytes(this.steps, roomBytes);
    const omittedSteps = this.steps.length - steps.length;
    return {
      run: this.run,
      runbook: this.runbook,
      stack: this.stack,
      phase: this.phaseShown,
      ...(this.planHash === undefined ? {} : { planHash: this.planHash }),
      ...(this.asked === undefined ? {} : { approval: this.asked }),
      ...(this.held.length === 0 ? {} : { held: this.held }),
      steps,
      ...(omittedSteps === 0 ? {} : { omittedSteps }),
    };
  }

  /** The last phase: how the run ended, and of a failed one why. */
  ended(state: string, reason?: string): void {
    this.end = { state, reason };
    this.enter('ended');
  }

  enter(phase: RunProgress['phase']): void {
    const before = this.phaseShown;
    this.phase = phase;
    this.turned(before);
  }

  /** Steps that wait for a person; until none is left, the run's phase is `hold`. */
  hold(held: readonly HeldStep[]): void {
    const before = this.phaseShown;
    this.held = [...held];
    this.turned(before);
    this.show();
  }

  /** Between the plan and the record: what fails now leaves things half done. */
  get isChanging(): boolean {
    return this.phase === 'apply' || this.phase === 'verify';
  }

  private get phaseShown(): RunProgress['phase'] {
    return this.held.length > 0 ? 'hold' : this.phase;
  }

  private turned(before: RunProgress['phase']): void {
    const now = this.phaseShown;
    if (now === before) return;
    upsertSearchAttributes([
      { key: { name: SEARCH_ATTRIBUTES.phase, type: 'KEYWORD' }, value: now },
    ]);
    this.show();
  }

  /** A plan in place of an earlier one takes over what that had still before it. */
  planned(hash: string, steps: readonly PlannedStep[]): void {
    this.planHash = hash;
    const begun = this.steps.filter(({ state }) => state !== 'waiting');
    this.steps.splice(0, Infinity, ...begun);
    this.steps.push(...steps.map((step) => ({ ...step, state: 'waiting' as const })));
    this.show();
  }

  /** How far people's approval is. */
  approve(state: ApprovalState): void {
    this.asked = state;
    this.show();
  }

  get approval(): ApprovalState | undefined {
    return this.asked;
  }

  /** Changes a step, or adds one that was not planned (observing, undoing). */
  update(id: string, title: string, change: Partial<StepProgress>): void {
    const step = this.steps.find((candidate) => candidate.id === id) ?? this.add(id, title);
    const { detail } = change;
    const short = detail === undefined ? {} : { detail: firstCharacters(detail, LONGEST_DETAIL) };
    Object.assign(step, change, short);
    this.show();
  }

  /** The first step that failed by itself. One that was `cancelled` because another failed is not the one to name. */
  firstFailed(cancelled: string): StepProgress | undefined {
    return this.steps.find(({ state, detail }) => state === 'failed' && detail !== cancelled);
  }

  private add(id: string, title: string): Mutable<StepProgress> {
    const step: Mutable<StepProgress> = { id, title, state: 'waiting' };
    this.steps.push(step);
    return step;
  }

  /** A failed step says why by itself; a run may also fail between its steps. */
  private reason(): string {
    const reason = this.end?.reason;
    if (reason === undefined || this.steps.some(({ state }) => state === 'failed')) return '';
    return `**${escapeMarkdown(firstCharacters(reason, REASON_SHOWN))}**\n\n`;
  }

  /** While it waits for people, what they need to know to answer. */
  private question(): string {
    if (this.held.length > 0) return holdLines(this.run, this.held);
    if (this.phase !== 'approve' || this.asked === undefined) return '';
    return approvalLines(this.run, this.asked);
  }

  private show(): void {
    const title = `## ${this.runbook} of ${this.stack}: ${this.end?.state ?? this.phaseShown}`;
    const head = `${title}\n\n${this.reason()}${this.question()}`;
    const steps = this.steps.length > LONG_LIST ? tellingFirst(this.steps) : this.steps;
    const lines = steps.slice(0, MOST_LINES).map(line);
    const info = `\n\n[stack](/namespaces/${workflowInfo().namespace}/workflows/stack%2F${encodeURIComponent(this.stack)})`;
    const room = LONGEST_PAGE - head.length - info.length;
    setCurrentDetails(head + fold(lines, room, steps.length - lines.length) + info);
  }
}

function line({ state, title, bytes, detail }: StepProgress): string {
  const reason = escapeMarkdown(firstCharacters(detail ?? '', DETAIL_SHOWN));
  const facts = [bytes ? megabytes(bytes) : '', reason].filter(Boolean);
  return `${MARK[state]} ${[escapeMarkdown(title), facts.join(', ')].filter(Boolean).join(': ')}`;
}

/** As many lines as have room, and how many are left out, `more` of them beside those given. */
export function fold(lines: readonly string[], room: number, more = 0): string {
  let page = '';
  for (const [index, text] of lines.entries()) {
    if (page.length + text.length + 40 > room)
      return `${page}… and ${lines.length - index + more} more`;
    page += `${text}  \n`;
  }
  return more === 0 ? page : `${page}… and ${more} more`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
