import type { CanaryPolicy, Slot } from '../model/deployment';
import { otherSlot } from '../model/deployment';
import type { SlotCounters, SwitchCounters } from '../model/traffic';

/** Direct questions of pawl's own to the new slot. */
export interface Probes {
  readonly sent: number;
  readonly failed: number;
}

export interface Judgement {
  /** `probes-only`: no user has asked the new slot; only pawl's own probes say that it answers. */
  readonly verdict: 'passed' | 'failed' | 'not-enough-traffic' | 'probes-only';
  /** Of users: answers that the switch has counted. */
  readonly newResponses: number;
  readonly newErrors: number;
  /** Absent in what an older worker has judged. */
  readonly probes?: Probes;
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

/** So unlikely must it be that as many errors come by chance, where there are too few answers for a share to tell. */
const UNLIKELY = 0.001;
/** Nothing is quite without errors: the first of the first answers proves nothing. */
const LEAST_RATE = 0.001;

/**
 * Judges the new slot by the answers that users got, as the switch counts them, beside the old slot in the same time. Pawl's
 * own probes are judged by themselves: bad ones end the release too, but no number of good ones makes up for a user's error.
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
  const figures = figuresOf(fresh, old, probes);
  const judged = (verdict: Judgement['verdict'], detail: string): Judgement => ({
    ...{ verdict, newResponses: fresh.responses, newErrors: fresh.errors, probes, detail },
  });
  const asked = { responses: probes.sent, errors: probes.failed };
  const unanswered = probes.sent > 0 && probes.failed === probes.sent;
  if (unanswered || isTooBad(policy, asked, 0)) {
    return judged('failed', `${figures}; the release does not answer pawl's own probes`);
  }
  // Errors that the old one has too, for the same requests, are not the release's.
  if (isTooBad(policy, fresh, rateOf(old))) {
    return judged('failed', `${figures}; at most ${policy.maxErrorRate} % are allowed`);
  }
  if (fresh.responses === 0) {
    return judged('probes-only', `no users' answers: judged by probes only; ${figures}`);
  }
  if (fresh.responses < policy.minRequests) {
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

interface Counted {
  readonly responses: number;
  readonly errors: number;
}

function figuresOf(fresh: Counted, old: Counted, { sent, failed }: Probes): string {
  const users = ({ responses, errors }: Counted) => `${errors} of ${responses} failed`;
  const share = fresh.responses === 0 ? '' : ` (${rateOf(fresh).toFixed(1)} %)`;
  const probed = sent === 0 ? '' : `; probes: ${failed} of ${sent} failed`;
  return `new: ${users(fresh)}${share}; old: ${users(old)}${probed}`;
}

/** In per cent. */
function rateOf({ responses, errors }: Counted): number {
  return responses === 0 ? 0 : (errors / responses) * 100;
}

/**
 * More errors than are allowed, and more than the old slot has in the same time: of enough answers, or so many that chance
 * does not make them of so few.
 */
function isTooBad(policy: JudgedBy, counted: Counted, oldRate: number): boolean {
  const { maxErrorRate, minRequests } = policy;
  const rate = rateOf(counted);
  if (rate <= maxErrorRate || rate <= oldRate + maxErrorRate) return false;
  if (counted.responses >= minRequests || counted.errors >= minRequests / 10) return true;
  const allowed = Math.max((maxErrorRate + oldRate) / 100, LEAST_RATE);
  return chanceOf(counted, Math.min(allowed, 1)) < UNLIKELY;
}

/** That of so many answers as many or more are errors, each with this probability. */
function chanceOf({ responses, errors }: Counted, probability: number): number {
  let fewer = 0;
  let exactly = (1 - probability) ** responses;
  for (let count = 0; count < errors; count += 1) {
    fewer += exactly;
    exactly *= ((responses - count) / (count + 1)) * (probability / (1 - probability));
  }
  return Math.max(0, 1 - fewer);
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
