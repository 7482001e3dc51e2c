import { type Plan, type RunRequest, governorOf } from '../../workflows/catalogue';
import { hasSwitch } from '../../workflows/model/deployment';
import type { StackDescription } from '../../workflows/model/stack';
import type { Session } from './session';
import { listEndedWell, type ListedRun } from './run-list';

/** Of how many runs: enough that one on a bad day does not count. */
const RUNS_LOOKED_AT = 5;

/** How long a run is likely to take, by those before it. */
export interface ExpectedDuration {
  readonly seconds: number;
  /** Of how many earlier runs it is the median. */
  readonly runs: number;
  /** They have waited for people too. */
  readonly withApproval: boolean;
  /** What it only waits and watches, by today's stack file; absent where that is nothing. */
  readonly leastSeconds?: number;
}

/** How long a plan only waits: the pauses of each canary, and the time that each service is watched. */
export function waitingSeconds({ deploy }: StackDescription, plan: Plan): number {
  if (plan.runbook !== 'deploy' && plan.runbook !== 'rollback') return 0;
  return plan.services.reduce((sum, { service, shares, rolls }) => {
    const deployment = deploy?.services.find((one) => one.service === service);
    if (deployment === undefined || !hasSwitch(deployment)) return sum;
    const isJudged = rolls?.judged ?? deployment.canary !== undefined;
    const pause = isJudged ? (deployment.canary?.pauseSeconds ?? 0) : 0;
    return sum + pause * Math.max(0, shares.length - 1) + deployment.watchSeconds;
  }, 0);
}

/** Undefined when no such run has ended well in the time that Temporal keeps. */
export async function expectedDuration(
  session: Session,
  { stack, runbook }: Pick<RunRequest, 'stack' | 'runbook'>,
): Promise<ExpectedDuration | undefined> {
  const runs = await listEndedWell(session, stack.name, runbook, RUNS_LOOKED_AT);
  const seconds = median(runs.flatMap(secondsOf));
  if (seconds === undefined) return undefined;
  const withApproval = stack.approvals?.[governorOf(runbook)] !== undefined;
  return { seconds, runs: runs.length, withApproval };
}

function secondsOf({ startedAt, endedAt }: ListedRun): number[] {
  return endedAt === undefined ? [] : [(Date.parse(endedAt) - Date.parse(startedAt)) / 1000];
}

/** Of two in the middle, the longer one. */
export function median(numbers: readonly number[]): number | undefined {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
