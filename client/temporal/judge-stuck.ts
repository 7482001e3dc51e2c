/** What the server says of a workflow that is open. */
export interface OpenWorkflow {
  readonly id: string;
  /** Workflow type. */
  readonly type: string;
  /** The build that alone can continue it; absent where any can. */
  readonly pinnedTo?: string;
  /** How often its next task was tried; 0 while it has none to do. */
  readonly taskAttempt: number;
  /** Why its task failed last, where one has. */
  readonly taskFailure?: string;
}

/** One that cannot go on by itself. */
export interface Stuck {
  readonly run: string;
  readonly runbook: string;
  readonly kind: 'build-gone' | 'task-failing';
  /** The build it was begun under, where that is what is missing. */
  readonly build?: string;
  /** One sentence without its full stop. */
  readonly reason: string;
}

/** The first failure may be one of a moment: a worker that was killed, say. */
const TELLING_ATTEMPTS = 3;

/**
 * Whether a workflow can go on: its build must be one that a worker works for, and its task must not fail again and again.
 * Where no worker is connected at all, nothing can be told: that is another trouble.
 */
export function judgeStuck(workflow: OpenWorkflow, builds: readonly string[]): Stuck | undefined {
  const { id: run, type: runbook, pinnedTo, taskAttempt, taskFailure } = workflow;
  if (taskAttempt >= TELLING_ATTEMPTS && taskFailure !== undefined) {
    const reason = `its workflow task fails again and again: ${taskFailure}`;
    return { run, runbook, kind: 'task-failing', reason };
  }
  if (pinnedTo === undefined || builds.length === 0 || builds.includes(pinnedTo)) return undefined;
  const reason = `it began under build ${pinnedTo} of pawl's workflows, and no connected worker has that`;
  return { run, runbook, kind: 'build-gone', build: pinnedTo, reason };
}

/** What to do about it. */
export function stuckAdvice({ run, kind }: Stuck): string {
  const end = `\`pawl cancel --force ${run}\` ends it`;
  return kind === 'build-gone'
    ? `Start the worker of the host that still has it, or ${end}.`
    : `See \`pawl help upgrading\`; ${end}.`;
}
