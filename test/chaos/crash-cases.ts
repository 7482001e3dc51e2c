import type { HostActivities, RunActivities } from '../../activities';

type Activity = keyof HostActivities | keyof RunActivities;

export type Edge = 'start' | 'end';

/*
 * Every activity of every worker, by where its chaos case is. `every-activity.test.ts` says which one is missing.
 */

/** Killed when a stack is heard of for the first time. A client waits for it: one death each is within its patience. */
export const IN_FIRST_ADMISSION = [
  'findRuns',
  'highestRecordedRun',
  'recordedFreeze',
] as const satisfies readonly Activity[];

/** Killed in a backup of a new stack. */
export const IN_BACKUP = [
  'observeRepository',
  'observeEntry',
  'initialiseRepository',
  'backUpPart',
  'storeManifest',
  'recordRun',
] as const satisfies readonly Activity[];

/** Killed in a restore that ends well. */
export const IN_RESTORE = [
  'findRecoveryPoint',
  'observeRestoreTarget',
  'restorePart',
  'provePart',
  'swapPart',
] as const satisfies readonly Activity[];

/** Killed while a restore is undone. */
export const IN_UNDO = ['swapBackPart', 'discardBeside'] as const satisfies readonly Activity[];

/** Killed in a release that ends well. */
export const IN_DEPLOY = [
  'observeRelease',
  'pullImage',
  'prepareRelease',
  'runOneOff',
  'startService',
  'steerTraffic',
  'watchTraffic',
  'drainSlot',
  'checkGate',
  'readTraffic',
  'recordRelease',
  'retainReleases',
] as const satisfies readonly Activity[];

/** Killed in a release that changes the edge: in this order, the second takes away what the first has made. */
export const IN_EDGE = ['bringEdge', 'removeEdge'] as const satisfies readonly Activity[];

/** Killed while a release that has made an edge is undone. */
export const IN_EDGE_UNDONE = ['putEdgeBack'] as const satisfies readonly Activity[];

/** Killed in a release that replaces container by container. */
export const IN_ROLLING = ['retireServers'] as const satisfies readonly Activity[];

/** Killed in a release that is built and pushed first. */
export const IN_BUILD = ['buildImage', 'pushImage'] as const satisfies readonly Activity[];

/** Killed while a release is undone. */
export const IN_DEPLOY_UNDONE = [
  'removeService',
  'discardRelease',
] as const satisfies readonly Activity[];

/** Killed in a rollback. */
export const IN_ROLLBACK = ['makeReleaseCurrent'] as const satisfies readonly Activity[];

/** Killed while services are given back to plain Compose. */
export const IN_FORGET = [
  'observeForgetting',
  'preparePlain',
  'dropSwitch',
] as const satisfies readonly Activity[];

/** Killed while a maintenance begins or ends. */
export const IN_MAINTENANCE = [
  'observeMaintenance',
  'setMaintenance',
] as const satisfies readonly Activity[];

/** Killed while a run is ended by force. */
export const IN_FORCED_END = ['settleTraffic', 'endRun'] as const satisfies readonly Activity[];

/** Killed in something smaller than a run. */
export const ELSEWHERE = [
  'awaitRun',
  'adoptRelease',
  'coolSlot',
  'diffReleases',
  'discardKept',
  'findService',
  'keepDescription',
  'recordFreeze',
  'listReleases',
  'listRecoveryPoints',
  'observeServing',
  'readKeptLogs',
  'verifyPart',
  'examineHost',
] as const satisfies readonly Activity[];

export const EDGES: readonly Edge[] = ['start', 'end'];

export function atBothEdges<Name extends string>(names: readonly Name[]): [Edge, Name][] {
  return names.flatMap((name) => EDGES.map((edge): [Edge, Name] => [edge, name]));
}

/** One run for several of them, as rows of `it.each`: what they are called, and themselves. */
export function together<Name extends string>(
  names: readonly Name[],
  most = 4,
): [string, readonly Name[]][] {
  const groups = Array.from({ length: Math.ceil(names.length / most) }, (_, index) =>
    names.slice(index * most, (index + 1) * most),
  );
  return groups.map((group) => [group.join(', '), group]);
}
