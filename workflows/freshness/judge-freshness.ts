import type { Audience } from '../model/audience';
import type { FreshnessLimits, FreshnessState } from '../model/freshness';
import type { Notice } from '../model/notice';

type About = Pick<Audience, 'stack' | 'host'>;

/** What is remembered now, and what is told, if anything is. */
export interface FreshnessVerdict {
  readonly state: FreshnessState;
  readonly notice?: Notice;
}

/**
 * Says whether the newest recovery point is older than it may be, and whether people are to be told: once when it becomes so,
 * and once when it is no longer so.
 * Shape:  stack and host, limits, what is remembered, time → what is remembered then, notice
 * Units:  `now` in milliseconds since 1970
 */
export function judgeFreshness(
  about: About,
  { pointSeconds }: FreshnessLimits,
  state: FreshnessState,
  now: number,
): FreshnessVerdict {
  const newest = state.seen?.pointAt;
  const staleAt = Date.parse(newest ?? state.watchedSince) + pointSeconds * 1000;
  const { toldStale, ...rest } = state;
  const at = new Date(now).toISOString();
  if (now <= staleAt) {
    // Of what was not looked at nobody says that it is well again.
    if (toldStale === undefined || state.unseen !== undefined) return { state };
    return { state: rest, notice: freshAgain(about, newest ?? at, toldStale, at) };
  }
  if (toldStale !== undefined) return { state };
  const since = new Date(staleAt).toISOString();
  return { state: { ...state, toldStale: since }, notice: stale(about, state, { since, at }) };
}

function stale(
  { stack, host }: About,
  { seen, unseen, watchedSince }: FreshnessState,
  times: Pick<Notice, 'since' | 'at'>,
): Notice {
  const newest =
    seen?.pointAt === undefined
      ? `No recovery point of everything has been seen since ${watchedSince}.`
      : `The newest whole recovery point is of ${seen.pointAt}.`;
  const silent =
    unseen && `The repository could not be looked at since ${unseen.since}: ${unseen.reason}.`;
  return {
    ...{ event: 'stale', stack, host, ...times },
    what: 'its recovery point is too old',
    why: [newest, silent].filter(Boolean).join(' '),
    next: '`pawl runs` shows what was tried; `pawl backup` makes a point.',
  };
}

function freshAgain({ stack, host }: About, newest: string, toldStale: string, at: string): Notice {
  return {
    ...{ event: 'recovered', stack, host, since: newest, at },
    what: 'it has a fresh recovery point again',
    why: `It was too old since ${toldStale}.`,
  };
}

const SHORTEST_WAIT_SECONDS = 1;
const LONGEST_WAIT_SECONDS = 3600;
const LOOKS_WITHIN_THE_LIMIT = 20;

/** How long until the next look: each hour, and oftener where the limit is short. */
export function judgeWaitSeconds({ pointSeconds }: FreshnessLimits): number {
  const seconds = Math.ceil(pointSeconds / LOOKS_WITHIN_THE_LIMIT);
  return Math.min(LONGEST_WAIT_SECONDS, Math.max(SHORTEST_WAIT_SECONDS, seconds));
}
