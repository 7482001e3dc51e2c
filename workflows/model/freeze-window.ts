/** In the order of `Date.getUTCDay`. */
export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** Times in which runbooks are not started. Everything that is given must hold. */
export interface FreezeWindow {
  readonly runbooks: readonly string[];
  readonly days?: readonly Weekday[];
  /**
   * Minutes of the day, `to` excluded. Where `to` is not later than `from`, it is of the next day; `days` and `dates` are
   * those of its beginning.
   */
  readonly hours?: { readonly from: number; readonly to: number };
  /** `2026-12-20`, both included. */
  readonly dates?: { readonly first: string; readonly last: string };
  /** IANA's name, such as `Europe/Berlin`. */
  readonly zone: string;
  readonly reason: string;
}
