import { describeCopy } from '../render/copies';
import { driftingNow } from '../render/status';
import type { StackStatus } from './gather-status';

/** A stack file says nothing of how often it is backed up: two days miss any nightly one. */
const OLD_POINT_HOURS = 48;

/** What somebody should look at, the worst first. Pure: `now` is in milliseconds since 1970. */
export function concernsOf(status: StackStatus, now: number): readonly string[] {
  return weighed(status, now).map(({ text }) => text);
}

/** Those that need somebody most come first; equally good ones by name. */
export function worstFirst(all: readonly StackStatus[], now: number): readonly StackStatus[] {
  const weight = (status: StackStatus): number => weighed(status, now)[0]?.weight ?? 0;
  return [...all].sort((a, b) => weight(b) - weight(a) || a.stack.localeCompare(b.stack));
}

interface Concern {
  readonly weight: number;
  readonly text: string;
}

function weighed(status: StackStatus, now: number): readonly Concern[] {
  const {
    worker,
    waits,
    lastRun,
    points,
    copies = [],
    maintenance = [],
    frozen,
    queue,
    servingUnknown,
    stuck,
    untold,
  } = status;
  const drifting = driftingNow(status);
  const held = waits.filter((wait) => wait.waits === 'decision');
  const asked = waits.filter((wait) => wait.waits === 'approval');
  const { whole } = points;
  const ageHours = whole && (now - Date.parse(whole.takenAt)) / 3_600_000;
  const concerns: (Concern | false)[] = [
    ...stuck.map(({ run }) => ({ weight: 10, text: `${run} cannot go on` })),
    !worker && { weight: 9, text: 'worker away' },
    ...held.map(({ run }) => ({ weight: 8, text: `${run} waits for a decision` })),
    lastRun?.outcome === 'failed' && { weight: 7, text: `${lastRun.run} failed` },
    lastRun?.outcome === 'terminated' && { weight: 7, text: `${lastRun.run} was terminated` },
    ...untold.map(({ channel }) => ({ weight: 7, text: `${channel} is not told` })),
    drifting.length > 0 && { weight: 7, text: `${drifting.join(', ')} not served as released` },
    worker && servingUnknown !== undefined && { weight: 6, text: 'what serves is not known' },
    maintenance.length > 0 && { weight: 6, text: 'in maintenance' },
    points.repositoryUnread !== undefined && { weight: 6, text: 'its repository is not read' },
    whole === undefined && { weight: 5, text: 'no whole point' },
    ageHours !== undefined &&
      ageHours > OLD_POINT_HOURS && { weight: 4, text: 'its whole point is old' },
    ...copies.flatMap((copy) =>
      describeCopy(copy, now).lags ? { weight: 4, text: `copy ${copy.name} is behind` } : [],
    ),
    ...asked.map(({ run }) => ({ weight: 3, text: `${run} waits for approval` })),
    (queue?.freeze !== undefined || frozen.length > 0) && { weight: 2, text: 'frozen' },
    (queue?.running.length ?? 0) > waits.length && { weight: 1, text: 'a run goes on' },
  ];
  return concerns.filter((one): one is Concern => one !== false);
}
