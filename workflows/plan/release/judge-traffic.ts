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

/** What the switch counts, again and again; the first look is before. */
export type Looks = readonly [SwitchCounters, ...SwitchCounters[]];

export type JudgedBy = Pick<CanaryPolicy, 'maxErrorRate' | 'maxSlowdown' | 'minRequests'>;

/** A difference of some milliseconds is no slowdown, however large the ratio. */
const NOTICEABLE_MILLISECONDS = 20;

/**
 * A few slow answers among many quick ones make a mean that is now this, now that: what is slower by chance is no slowdown.
 * So many standard errors are not; while the time is not over, each look is another throw of the dice, and takes more.
 */
const SURE_DEVIATIONS = 3;
const SURE_AT_ONCE_DEVIATIONS = 6;
/** Fewer tell nothing of chance. */
const LEAST_SPANS = 3;

/** Responses over which HAProxy's average goes. */
const HAPROXY_WINDOW = 512;

/**
 * Judges the new slot by the switch's own counters, beside the old slot in the same time.
 * Units:  maxErrorRate = per cent; maxSlowdown = ratio of the response times
 * Shape:  policy, slot, counters at each look since before, probes, whether the time is over → verdict with figures
 */
export function judgeTraffic(
  policy: JudgedBy,
  slot: Slot,
  looks: Looks,
  probes: Probes,
  isOver = true,
): Judgement {
  const [before, after] = [looks[0], looks.at(-1) ?? looks[0]];
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
  const slow = slowdown(slot, looks);
  const sure = isOver ? SURE_DEVIATIONS : SURE_AT_ONCE_DEVIATIONS;
  if (slow !== undefined && slow.ratio > policy.maxSlowdown && slow.deviations > sure) {
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

interface Slowdown {
  readonly ratio: number;
  /** By how many standard errors it is slower. */
  readonly deviations: number;
  readonly detail: string;
}

function slowdown(slot: Slot, looks: Looks): Slowdown | undefined {
  const fresh = looks.map((look) => look[slot]);
  const old = looks.map((look) => look[otherSlot(slot)]);
  const [mine, theirs] = [meanOver(fresh), meanOver(old)];
  if (mine === undefined || theirs === undefined) return undefined;
  const error = Math.hypot(mine.error, theirs.error);
  const detail = `its answers took ${told(mine)} ms, the old one's ${told(theirs)} ms`;
  // HAProxy tells whole milliseconds of what hundreds of answers took: of a few, that is many.
  const noticeable = NOTICEABLE_MILLISECONDS + HAPROXY_WINDOW / mine.responses;
  const more = mine.milliseconds - theirs.milliseconds;
  if (more < noticeable) return { ratio: 1, deviations: 0, detail };
  const ratio = mine.milliseconds / Math.max(theirs.milliseconds, 1);
  return { ratio, deviations: more / error, detail };
}

interface Mean {
  readonly milliseconds: number;
  /** Standard error; 0 when the looks were too few to tell. */
  readonly error: number;
  readonly responses: number;
}

function told({ milliseconds, error }: Mean): string {
  return error < 1 ? milliseconds.toFixed(0) : `${milliseconds.toFixed(0)} ± ${error.toFixed(0)}`;
}

/** Undefined when there was no response. */
function meanOver(looks: readonly SlotCounters[]): Mean | undefined {
  const spans = looks.slice(1).flatMap((after, at) => spanOf(looks[at] ?? after, after) ?? []);
  const [first, last] = [looks[0], looks.at(-1)];
  const whole = first && last && spanOf(first, last);
  return whole && { ...whole, error: standardError(spans) };
}

type Span = Pick<Mean, 'milliseconds' | 'responses'>;

function spanOf(before: SlotCounters, after: SlotCounters): Span | undefined {
  const { responses } = grown(before, after);
  return responses === 0 ? undefined : { responses, milliseconds: meanResponse(before, after) };
}

/**
 * Of the mean of all responses, by how the means of the spans differ.
 * Source: the variance of a ratio estimator; W. G. Cochran, Sampling Techniques, 6.4
 */
function standardError(spans: readonly Span[]): number {
  if (spans.length < LEAST_SPANS) return 0;
  const all = spans.reduce((sum, { responses }) => sum + responses, 0);
  const mean =
    spans.reduce((sum, { responses, milliseconds }) => sum + responses * milliseconds, 0) / all;
  const squares = spans.reduce(
    (sum, { responses, milliseconds }) => sum + (responses * (milliseconds - mean)) ** 2,
    0,
  );
  return Math.sqrt((squares * spans.length) / (spans.length - 1)) / all;
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
