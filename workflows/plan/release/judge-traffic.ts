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

/** Responses over which HAProxy's average goes. */
const HAPROXY_WINDOW = 512;

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
  const other = otherSlot(slot);
  const slow = slowdown([before[slot], after[slot]], [before[other], after[other]]);
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
  const restarted = hasRestarted(before, after);
  return {
    responses: after.responses - (restarted ? 0 : before.responses),
    errors: after.errors - (restarted ? 0 : before.errors),
  };
}

function hasRestarted(before: SlotCounters, after: SlotCounters): boolean {
  return after.responses < before.responses;
}

function slowdown(
  fresh: readonly [before: SlotCounters, after: SlotCounters],
  old: readonly [before: SlotCounters, after: SlotCounters],
): { ratio: number; detail: string } | undefined {
  const { responses } = grown(...fresh);
  if (responses === 0 || grown(...old).responses === 0) return undefined;
  const [mine, theirs] = [meanResponse(...fresh), meanResponse(...old)];
  const detail = `its answers took ${mine.toFixed(0)} ms, the old one's ${theirs.toFixed(0)} ms`;
  // HAProxy tells whole milliseconds of what hundreds of answers took: of a few, that is many.
  const noticeable = NOTICEABLE_MILLISECONDS + HAPROXY_WINDOW / responses;
  if (mine - theirs < noticeable) return { ratio: 1, detail };
  return { ratio: mine / Math.max(theirs, 1), detail };
}

/**
 * Mean of the responses in between. HAProxy's own average goes on over releases that had the slot before: a sum from which
 * each response takes a 512th away and to which it adds itself, divided by the responses, 512 at most
 * (`TIME_STATS_SAMPLES`, `swrate_add`). So many responses of one mean make of a sum `kept` of it and the rest of theirs.
 * Units:  milliseconds
 */
function meanResponse(before: SlotCounters, after: SlotCounters): number {
  const servers = Math.max(after.up, 1);
  const window = HAPROXY_WINDOW * servers;
  const { responses } = grown(before, after);
  const kept = (1 - 1 / HAPROXY_WINDOW) ** (responses / servers);
  const sumOf = (counted: SlotCounters) =>
    counted.responseMilliseconds * Math.min(counted.responses, window);
  const earlier = hasRestarted(before, after) ? 0 : sumOf(before) * kept;
  return Math.max(0, (sumOf(after) - earlier) / (window * (1 - kept)));
}
