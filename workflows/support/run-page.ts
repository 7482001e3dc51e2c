import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { PlannedStep } from '../model/plans';
import type { RunbookName, RunProgress, StepProgress } from '../model/run';
import { SEARCH_ATTRIBUTES } from '../model/search-attributes';
import { escapeMarkdown } from './markdown';

/** Temporal's UI passes the page on in a URL. */
const LONGEST_PAGE = 3500;

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
  private end: { readonly state: string; readonly reason: string | undefined } | undefined;

  constructor(
    private readonly run: string,
    private readonly runbook: RunbookName,
    private readonly stack: string,
  ) {}

  progress(): RunProgress {
    return {
      run: this.run,
      runbook: this.runbook,
      stack: this.stack,
      phase: this.phase,
      ...(this.planHash === undefined ? {} : { planHash: this.planHash }),
      steps: this.steps,
    };
  }

  /** The last phase: how the run ended, and of a failed one why. */
  ended(state: string, reason?: string): void {
    this.end = { state, reason };
    this.enter('ended');
  }

  enter(phase: RunProgress['phase']): void {
    if (this.phase === phase) return;
    this.phase = phase;
    upsertSearchAttributes([
      { key: { name: SEARCH_ATTRIBUTES.phase, type: 'KEYWORD' }, value: phase },
    ]);
    this.show();
  }

  planned(hash: string, steps: readonly PlannedStep[]): void {
    this.planHash = hash;
    this.steps.push(...steps.map((step) => ({ ...step, state: 'waiting' as const })));
    this.show();
  }

  /** Changes a step, or adds one that was not planned (observing, undoing). */
  update(id: string, title: string, change: Partial<StepProgress>): void {
    const step = this.steps.find((candidate) => candidate.id === id) ?? this.add(id, title);
    Object.assign(step, change);
    this.show();
  }

  running(): readonly StepProgress[] {
    return this.steps.filter((step) => step.state === 'running');
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
    return `**${escapeMarkdown(reason)}**\n\n`;
  }

  private show(): void {
    const head = `## ${this.runbook} of ${this.stack}: ${this.end?.state ?? this.phase}\n\n${this.reason()}`;
    const lines = this.steps.map(({ state, title, bytes, detail }) => {
      const facts = [bytes ? megabytes(bytes) : '', escapeMarkdown(detail ?? '')].filter(Boolean);
      return `${MARK[state]} ${[escapeMarkdown(title), facts.join(', ')].filter(Boolean).join(': ')}`;
    });
    const info = `\n\n[stack](/namespaces/${workflowInfo().namespace}/workflows/stack%2F${encodeURIComponent(this.stack)})`;
    setCurrentDetails(head + fold(lines, LONGEST_PAGE - head.length - info.length) + info);
  }
}

/** Keeps what is not waiting for long lists: that is what one looks for. */
function fold(lines: readonly string[], room: number): string {
  let page = '';
  for (const [index, line] of lines.entries()) {
    if (page.length + line.length + 40 > room) return `${page}… and ${lines.length - index} more`;
    page += `${line}  \n`;
  }
  return page;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
