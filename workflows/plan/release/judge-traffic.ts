import type { CanaryPolicy, Slot } from '../../model/deployment';
import { otherSlot } from '../../model/deployment';
import type { SlotCounters, SwitchCounters } from '../../model/traffic';

/** Direct questions of pawl's own to the new slot. */
export interface Probes {
  readonly sent: number;
  readonly failed: number;
}

export interface Judgement {
  readonly verdict: 'passed' | 'failed' | 'not-enough-traffic';
  readonly newResponses: number;
  readonly newErrors: number;
  /** One sentence with the figures. */
  readonly detail: string;
}

export type JudgedBy = Pick<CanaryPolicy, 'maxErrorRate' | 'maxSlowdown' | 'minRequests'>;

/** A difference of some milliseconds is no slowdown, however large the ratio. */
const NOTICEABLE_MILLISECONDS = 20;

/**
 * Judges the new slot by the switch's own counters, beside the old slot in the same time.
 * Units:  maxErrorRate = per cent; maxSlowdown = ratio of the response times
 * Shape:  policy, slot, counters before and after, probes → verdict with figures
 */
export function judgeTraffic(
  policy: JudgedBy,
  slot: Slot,
  before: SwitchCounters,
  after: SwitchCounters,
  probes: Probes,
): Judgement {
  const fresh = grown(before[slot], after[slot]);
  const old = grown(before[otherSlot(slot)], after[otherSlot(slot)]);
  const newResponses = fresh.responses + probes.sent;
  const newErrors = fresh.errors + probes.failed;
  const rate = newResponses === 0 ? 0 : (newErrors / newResponses) * 100;
  const oldRate = old.responses === 0 ? 0 : (old.errors / old.responses) * 100;
  const figures =
    `${newErrors} of ${newResponses} answers of the new one were errors (${rate.toFixed(1)} %), ` +
    `${old.errors} of ${old.responses} of the old one`;
  const judged = (verdict: Judgement['verdict'], detail: string): Judgement => ({
    ...{ verdict, newResponses, newErrors, detail },
  });
  if (probes.sent > 0 && probes.failed === probes.sent) return judged('failed', figures);
  // Errors that the old one has too, for the same requests, are not the release's.
  const tooMany = rate > policy.maxErrorRate && rate > oldRate + policy.maxErrorRate;
  if (tooMany && (newResponses >= policy.minRequests || newErrors >= policy.minRequests / 10)) {
    return judged('failed', `${figures}; at most ${policy.maxErrorRate} % are allowed`);
  }
  if (newResponses < policy.minRequests) {
    return judged('not-enough-traffic', `${figures}; ${policy.minRequests} are needed to judge`);
  }
  const slow = slowdown(fresh, old, after[slot], after[otherSlot(slot)]);
  if (slow !== undefined && slow.ratio > policy.maxSlowdown) {
    return judged(
      'failed',
      `${figures}; ${slow.detail}, at most ${policy.maxSlowdown} times is allowed`,
    );
  }
  return judged('passed', slow === undefined ? figures : `${figures}; ${slow.detail}`);
}

/** A switch that was restarted meanwhile counts from nothing. */
function grown(before: SlotCounters, after: SlotCounters): { responses: number; errors: number } {
  const restarted = after.responses < before.responses;
  return {
    responses: after.responses - (restarted ? 0 : before.responses),
    errors: after.errors - (restarted ? 0 : before.errors),
  };
}

function slowdown(
  fresh: { readonly responses: number },
  old: { readonly responses: number },
  freshNow: SlotCounters,
  oldNow: SlotCounters,
): { ratio: number; detail: string } | undefined {
  if (fresh.responses === 0 || old.responses === 0) return undefined;
  const [mine, theirs] = [freshNow.responseMilliseconds, oldNow.responseMilliseconds];
  const detail = `its answers took ${mine.toFixed(0)} ms, the old one's ${theirs.toFixed(0)} ms`;
  if (mine - theirs < NOTICEABLE_MILLISECONDS) return { ratio: 1, detail };
  return { ratio: mine / Math.max(theirs, 1), detail };
}
