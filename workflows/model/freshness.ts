/** How old what keeps a stack safe may get before people are told. */
export interface FreshnessLimits {
  /** The newest recovery point of everything, none of whose parts is missing. */
  readonly pointSeconds: number;
}

/** What was seen in the repository. */
export interface SeenFreshness {
  /** ISO 8601, UTC: when the newest such point was taken; absent where there is none. */
  readonly pointAt?: string;
}

/** What is remembered from look to look. */
export interface FreshnessState {
  /** ISO 8601, UTC: since when somebody looks; a stack without any point is stale so long after. */
  readonly watchedSince: string;
  /** By the last look that was answered. */
  readonly seen?: SeenFreshness;
  /** Why the last look was not answered. */
  readonly unseen?: { readonly since: string; readonly reason: string };
  /** Since when it is stale, as people were told. */
  readonly toldStale?: string;
}
