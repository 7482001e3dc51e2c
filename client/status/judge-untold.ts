import { parseNotifyId } from '../../workflows/messages';

/** A workflow that tells one channel of one event, as Temporal lists it. */
export interface ListedNotice {
  readonly workflowId: string;
  /** Of Temporal: `RUNNING`, `COMPLETED`, `FAILED` … */
  readonly status: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
}

/** A channel that was not told of what came last. */
export interface UntoldChannel {
  readonly channel: string;
  /** How many notices, since it was last told of one. */
  readonly count: number;
  /** ISO 8601, UTC: of the first of them. */
  readonly since: string;
  /** Of the newest of them: `melvin/42`. */
  readonly run: string;
  readonly event: string;
  readonly workflowId: string;
  readonly isTriedAgain: boolean;
}

/** Whoever answers at all has been told by then. */
const BEING_TOLD_MILLISECONDS = 60_000;

/**
 * Which channels are not told of what happens: of each what came since it was last told of anything.
 * Shape:  notices, newest first; milliseconds since 1970 → channels by name
 */
export function judgeUntold(
  notices: readonly ListedNotice[],
  now: number,
): readonly UntoldChannel[] {
  const byChannel = new Map<string, ListedNotice[]>();
  for (const notice of notices) {
    const channel = parseNotifyId(notice.workflowId)?.channel;
    if (channel !== undefined) byChannel.set(channel, [...(byChannel.get(channel) ?? []), notice]);
  }
  return [...byChannel]
    .flatMap(([channel, all]) => untoldOf(channel, all, now) ?? [])
    .sort((a, b) => a.channel.localeCompare(b.channel));
}

function untoldOf(
  channel: string,
  all: readonly ListedNotice[],
  now: number,
): UntoldChannel | undefined {
  const told = all.findIndex(({ status }) => status === 'COMPLETED');
  const since = (told < 0 ? all : all.slice(0, told)).filter(
    ({ status, startedAt }) =>
      status !== 'RUNNING' || now - Date.parse(startedAt) > BEING_TOLD_MILLISECONDS,
  );
  const [newest] = since;
  const about = newest && parseNotifyId(newest.workflowId);
  if (!newest || !about) return undefined;
  return {
    ...{ channel, count: since.length, since: since.at(-1)?.startedAt ?? newest.startedAt },
    ...{ run: about.run, event: about.event, workflowId: newest.workflowId },
    isTriedAgain: newest.status === 'RUNNING',
  };
}
