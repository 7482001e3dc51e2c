import { hostNowQueue, hostTaskQueue, type StackDescription } from './stack';

/**
 * What a step does, and so where it is worked on and how long an attempt of it may last:
 * - `look`    asks, and changes nothing
 * - `search`  a look that reads as much as a repository has
 * - `change`  starts, stops, renames or records
 * - `move`    carries bytes, builds, or waits: its own watchdog ends it, and a host takes on few at a time
 * - `copy`    a move that nobody waits for, and that takes no place from those that somebody does
 */
export type StepKind = 'look' | 'search' | 'change' | 'move' | 'copy';

/** Of each step on a host; `activities/index.ts` does not compile while one is missing. */
export const STEP_KINDS = {
  keepDescription: 'change',
  observeRepository: 'look',
  initialiseRepository: 'change',
  observeEntry: 'look',
  backUpPart: 'move',
  storeManifest: 'change',
  findRecoveryPoint: 'search',
  listRecoveryPoints: 'search',
  observeFreshness: 'search',
  verifyPart: 'move',
  compareCopies: 'search',
  copyPoints: 'copy',
  listStoredFiles: 'search',
  observeRetention: 'search',
  forgetPoints: 'move',
  pruneRepository: 'move',
  checkRepository: 'move',
  observeRestoreTarget: 'look',
  restorePart: 'move',
  provePart: 'move',
  swapPart: 'change',
  swapBackPart: 'change',
  // Folders of any size.
  discardBeside: 'move',
  discardKept: 'move',
  observeScratch: 'look',
  openScratch: 'change',
  // Folders of any size.
  sweepScratch: 'move',
  askEngine: 'move',
  checkAssertion: 'move',
  storeProof: 'change',
  recordRun: 'change',
  sendNotice: 'change',
  highestRecordedRun: 'look',
  recordFreeze: 'change',
  recordedFreeze: 'look',
  examineHost: 'look',
  keepStackFile: 'change',
  readStackFile: 'look',
  listReleases: 'look',
  findService: 'look',
  readKeptLogs: 'look',
  diffReleases: 'look',
  watchTraffic: 'move',
  steerTraffic: 'change',
  startService: 'change',
  runOneOff: 'move',
  retainReleases: 'change',
  removeService: 'change',
  recordRelease: 'change',
  readTraffic: 'look',
  pullImage: 'move',
  pushImage: 'move',
  buildImage: 'move',
  prepareRelease: 'change',
  observeRelease: 'look',
  makeReleaseCurrent: 'change',
  drainSlot: 'move',
  retireServers: 'move',
  discardRelease: 'change',
  coolSlot: 'change',
  checkGate: 'move',
  adoptRelease: 'change',
  observeForgetting: 'look',
  preparePlain: 'change',
  dropSwitch: 'change',
  observeMaintenance: 'look',
  observeServing: 'look',
  setMaintenance: 'change',
  settleTraffic: 'change',
  bringEdge: 'change',
  removeEdge: 'change',
  putEdgeBack: 'change',
} as const satisfies Readonly<Record<string, StepKind>>;

const LOOK_SECONDS = 2 * 60;
const SEARCH_SECONDS = 30 * 60;
const CHANGE_SECONDS = 10 * 60;

/** Where a step of this kind is worked on: what moves never takes the place of what is short or urgent. */
export function queueFor(kind: StepKind, host: string): string {
  return kind === 'move' ? hostTaskQueue(host) : hostNowQueue(host);
}

/**
 * How long one attempt may last; undefined where a watchdog of its own ends it.
 * Units:  seconds; a change may wait as long as the stack file lets a service start and stop, and ten minutes more
 */
export function limitSeconds(
  kind: StepKind,
  { deploy }: Pick<StackDescription, 'deploy'>,
): number | undefined {
  switch (kind) {
    case 'look':
      return LOOK_SECONDS;
    case 'search':
      return SEARCH_SECONDS;
    case 'change':
      return CHANGE_SECONDS + longestPatience(deploy?.services ?? []);
    case 'move':
    case 'copy':
      return undefined;
  }
}

function longestPatience(services: NonNullable<StackDescription['deploy']>['services']): number {
  const each = services.map((service) => {
    const ready = service.ready?.timeoutSeconds ?? 0;
    const ownTimeouts =
      service.strategy === 'recreate'
        ? (service.timeoutSeconds ?? 0) + (service.stopSeconds ?? 0)
        : 0;
    return ready + ownTimeouts;
  });
  return Math.max(0, ...each);
}
