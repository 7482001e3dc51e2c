import { ApplicationFailure } from '@temporalio/workflow';
import type { CanaryStep } from '../model/outcome';
import type { SwitchCounters } from '../model/traffic';
import type { Judgement } from './judge-traffic';
import type { Run } from '../run/runbook';
import { judgeStep } from './traffic-steps';
import { newService, type Placement, type SwitchedService } from './placement';

/** How far the shifting of a service's requests has come. */
export interface Reached {
  /** Per cent that the new slot has; 0 before the first. */
  share: number;
  /** As they were when it had got them. */
  counters?: SwitchCounters;
}

/** Judges the new slot under its share, beside the old one. Throws: VerificationFailed with the figures, when it is bad. */
export async function judge(
  run: Run,
  { project }: Placement,
  placed: SwitchedService,
  share: number,
  reached: Pick<Reached, 'counters'>,
): Promise<CanaryStep> {
  const { deployment, slot } = placed;
  const { canary } = deployment;
  if (canary === undefined) {
    throw ApplicationFailure.nonRetryable('a share without a canary', 'InternalError');
  }
  const { pauseSeconds, maxErrorRate, maxSlowdown, minRequests } = canary;
  const judged = await run.step(
    judgeStep(deployment.service, share, newService(placed)),
    async (options, corrected) => {
      const { counters: before } = reached;
      if (before === undefined) {
        throw ApplicationFailure.nonRetryable('nothing was counted before', 'InternalError');
      }
      const policy = { ...canary, ...corrected };
      const watched = await run.act.watchTraffic.executeWithOptions(options, [
        {
          ...{ stack: run.stack, project, deployment, slot, before, policy },
          seconds: policy.pauseSeconds,
        },
      ]);
      return requireGood(newService(placed), `at ${share} %`, watched);
    },
    {
      detail: ({ detail }) => ({ detail }),
      skipped: notJudged,
      values: { pauseSeconds, maxErrorRate, maxSlowdown, minRequests },
    },
  );
  return { service: deployment.service, share, ...judged };
}

type Judged = Omit<CanaryStep, 'service' | 'share'>;

/** Throws: VerificationFailed with the figures. */
export function requireGood(service: string, when: string, watched: Judgement): Judged {
  const { verdict, ...figures } = watched;
  if (verdict !== 'failed') return { verdict, ...figures };
  const message = `${service} ${when}: ${figures.detail}`;
  throw ApplicationFailure.nonRetryable(message, 'VerificationFailed', {});
}

/** What stands in place of a judgement that a person has skipped. */
export function notJudged(): Judged {
  return { verdict: 'skipped', newResponses: 0, newErrors: 0, detail: 'not judged' };
}
