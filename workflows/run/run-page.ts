import type { RunbookName } from '../catalogue';
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { ApprovalState } from '../model/approval';
import { formatBytes } from '../model/format-bytes';
import type { HeldStep } from '../model/hold';
import type { PlannedStep } from '../model/plans';
import { RECORD_STEP } from '../model/record-step';
import type { RunProgress, StepProgress } from '../model/run';
import { SEARCH_ATTRIBUTES } from '../model/search-attributes';
import { showTimes } from '../model/times-in-text';
import { approvalLines } from './people/approval-page';
import { holdLines } from './people/hold-page';
import { escapeMarkdown, firstCharacters, pageTime } from './markdown';
import { StepList } from './step-list';
import { tellingFirst, withinBytes } from './telling-steps';

/** Temporal's UI passes the page on in a URL. */
const LONGEST_PAGE = 3500;
const REASON_SHOWN = 600;
const DETAIL_SHOWN = 300;
/** More than these never fit. */
const MOST_LINES = 100;
/** Of more steps than these the page is written once for as many changes: each writing looks at all of them. */
const WRITTEN_EACH_TIME = 500;
const LINE_END = '  \n';
const ROOM_FOR_REMARK = 40;

/** Temporal warns of a payload above 256 KiB, and takes none above 2 MiB. */
const LONGEST_ANSWER_BYTES = 200 * 1024;
const LONGEST_DETAIL = 1000;

/** What is said of planned steps that a run has ended without. */
const NOT_NEEDED = 'not needed';
const NOT_REACHED = 'not reached';

const MARK: Readonly<Record<StepProgress['state'], string>> = {
  waiting: '○',
  running: '▶',
  done: '✔',
  skipped: '–',
  failed: '✘',
  undone: '↶',
};

interface Ending {
  readonly state: string;
  readonly stateNow: string;
  readonly reason: string | undefined;
}

/** What people see of a run: the answer of its `progress` query, and its page in Temporal's UI. */
export class RunPage {
  private readonly list = new StepList();
  private phase: RunProgress['phase'] = 'observe';
  private planHash: string | undefined;
  private asked: ApprovalState | undefined;
  private held: readonly HeldStep[] = [];
  private end: Ending | undefined;
  private unwritten = 0;
  private readonly endedForOthers = new Set<string>();

  constructor(
    private readonly run: string,
    private readonly runbook: RunbookName,
    private readonly stack: string,
  ) {}

  private get steps(): readonly StepProgress[] {
    return this.list.all;
  }

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
      ...(this.end === undefined ? {} : { stateNow: this.end.stateNow }),
      steps,
      ...(omittedSteps === 0 ? {} : { omittedSteps }),
    };
  }

  /** The last phase: how the run ended, and of a failed one why. */
  ended(state: string, stateNow: string, reason?: string): void {
    this.end = { state, stateNow, reason };
    if (state === 'done') this.list.settle(NOT_NEEDED);
    else if (state !== 'planned') this.list.settle(NOT_REACHED);
    this.enter('ended');
  }

  /** It fails: what it has not come to it will not come to, but for the audit record. */
  leave(): void {
    this.list.settle(NOT_REACHED, ({ id }) => id !== RECORD_STEP.id);
  }

  enter(phase: RunProgress['phase']): void {
    const before = this.phaseShown;
    this.phase = phase;
    if (phase === 'undo') this.leave();
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
    this.list.plan(steps);
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
    this.endedForOthers.delete(id);
    const { detail } = change;
    const short = detail === undefined ? {} : { detail: firstCharacters(detail, LONGEST_DETAIL) };
    this.list.update(id, title, { ...change, ...short });
    this.unwritten += 1;
    const isDue = this.unwritten > this.steps.length / WRITTEN_EACH_TIME;
    if (isDue || change.state === 'failed') this.show();
  }

  /** The title of a step, as the plan has it where it was planned. */
  titleOf(id: string): string | undefined {
    return this.list.titleOf(id);
  }

  /** A step that was ended for another's sake, or since the run's time was over. */
  cancelled(id: string, title: string, endedAt: string): void {
    this.update(id, title, { state: 'failed', endedAt, detail: 'cancelled' });
    this.endedForOthers.add(id);
  }

  /** The first step that failed by itself; of several, the one that failed for the reason. */
  firstFailed(reason: string): StepProgress | undefined {
    const failed = this.unfinished().filter(({ id }) => !this.endedForOthers.has(id));
    return failed.find(({ detail }) => detail === reason) ?? failed[0];
  }

  /** The first step that did not come to its end, for whatever reason. */
  firstUnfinished(): StepProgress | undefined {
    return this.unfinished()[0];
  }

  private unfinished(): readonly StepProgress[] {
    return this.steps.filter(({ state }) => state === 'failed');
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
    this.unwritten = 0;
    const title = `## ${this.runbook} of ${this.stack}: ${this.end?.state ?? this.phaseShown}`;
    const head = `${title}\n\n${this.reason()}${this.question()}`;
    const info = `\n\n[stack](/namespaces/${workflowInfo().namespace}/workflows/stack%2F${encodeURIComponent(this.stack)})`;
    const room = LONGEST_PAGE - head.length - info.length;
    setCurrentDetails(head + stepLines(this.steps, room) + info);
  }
}

/** All of them in the order of time; of very many as many of the most telling ones as there is room for. */
function stepLines(steps: readonly StepProgress[], room: number): string {
  const told = steps.length > MOST_LINES ? tellingFirst(steps).slice(0, MOST_LINES) : steps;
  const kept = new Set<StepProgress>();
  let length = ROOM_FOR_REMARK;
  for (const step of tellingFirst(told)) {
    length += line(step).length + LINE_END.length;
    if (length > room) break;
    kept.add(step);
  }
  const lines = steps.filter((step) => kept.has(step)).map((step) => `${line(step)}${LINE_END}`);
  const more = steps.length - lines.length;
  return lines.join('') + (more === 0 ? '' : `… and ${more} more`);
}

function line({ state, title, bytes, detail }: StepProgress): string {
  const reason = escapeMarkdown(firstCharacters(showTimes(detail ?? '', pageTime), DETAIL_SHOWN));
  const facts = [bytes ? formatBytes(bytes) : '', reason].filter(Boolean);
  return `${MARK[state]} ${[escapeMarkdown(title), facts.join(', ')].filter(Boolean).join(': ')}`;
}

/** As many lines as have room, and how many are left out. */
export function fold(lines: readonly string[], room: number): string {
  let page = '';
  for (const [index, text] of lines.entries()) {
    if (page.length + text.length + ROOM_FOR_REMARK > room)
      return `${page}… and ${lines.length - index} more`;
    page += `${text}${LINE_END}`;
  }
  return page;
}
