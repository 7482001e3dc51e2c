/** What a channel for people may be told of: `on` of the stack file. */
export const TELLABLE = ['failed', 'held', 'approval', 'stale', 'recovered'] as const;
export type TellableEvent = (typeof TELLABLE)[number];

/** The others are for what watches one runbook, and for `pawl notify test`. */
export type NoticeEvent = TellableEvent | 'started' | 'succeeded' | 'cancelled' | 'test';

/** Something that somebody is told of, as data: what each channel makes of it is its own. Holds no secret. */
export interface Notice {
  readonly event: NoticeEvent;
  readonly stack: string;
  readonly host: string;
  /** `melvin/42`. */
  readonly run?: string;
  readonly runbook?: string;
  /** Half a sentence: `backup failed (melvin/42)`. */
  readonly what: string;
  /** ISO 8601, UTC: since when it is so. */
  readonly since: string;
  /** ISO 8601, UTC: when it was told. */
  readonly at: string;
  readonly why?: string;
  /** What state things are in, in sentences. */
  readonly state?: string;
  /** What to do next, in sentences with commands. */
  readonly next?: string;
}
