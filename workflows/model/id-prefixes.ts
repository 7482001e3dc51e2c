/** First segments of the ids of pawl's own workflows. No stack has one for its name: its runs could not be told from them. */
export const ID_PREFIXES = [
  'stack',
  'plan',
  'kept',
  'parts',
  'repository',
  'warm',
  'copy',
  'copies',
  'points',
  'examine',
  'releases',
  'release-diff',
  'verify',
  'list-stored',
  'kept-logs',
  'whereabouts',
  'force',
  'freshness',
  'notify',
  'notify-test',
  'schedule',
  'schedules',
  // Of earlier versions: their workflows are remembered for some time.
  'maintenance-state',
] as const;

/** Of an id such as `plan/melvin/<unique>`. */
export type IdPrefix = (typeof ID_PREFIXES)[number];
