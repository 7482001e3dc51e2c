import type { HostActivities, RunActivities } from '../../activities';
import { isNightly } from '../support/nightly';
import type { Fault } from './faults';

export type Activity = keyof HostActivities | keyof RunActivities;

export type Edge = 'start' | 'end';

export const EDGES: readonly Edge[] = ['start', 'end'];

/** The worker is killed when the activity begins, or when it has done its work and nobody knows. */
export type EdgeKill = Fault & { readonly at: Edge };

/** Of `it.each`: where the worker is killed, in words, and the kills that are to be armed. */
export type CrashRow = readonly [where: string, kills: readonly EdgeKill[]];

/**
 * Every activity of every worker, by where it is killed; `every-activity.test.ts` says which one is missing. Few runs have
 * many kills each; in the nightly run each kill has a run of its own.
 */
export function crashCases(nightly: boolean) {
  /** Kills of one name are one. */
  const rows = (
    together: (kill: EdgeKill) => string | undefined,
    activities: readonly Activity[],
  ) => {
    const kills = activities.flatMap((activity) =>
      EDGES.map((at): EdgeKill => ({ activity, at, then: 'kill' })),
    );
    if (nightly) {
      return kills.map((kill): CrashRow => [`the ${kill.at} of ${kill.activity}`, [kill]]);
    }
    const arranged = kills.map((kill) => ({ ...kill, together: together(kill) }));
    const row: CrashRow = [`both ends of ${activities.join(', ')}`, arranged];
    return [row];
  };
  /** Work that goes on at the same time on two stacks: a kill finds the one at the beginning, the other at the end. */
  const inTwoRuns = (...activities: readonly Activity[]) =>
    rows(({ activity }) => activity, activities);
  /** Work that goes on once: the attempt that goes on is killed too, when it has done its work. */
  const inOneRun = (...activities: readonly Activity[]) => rows(() => undefined, activities);
  /** Different work at the same time: one kill for all beginnings, and one for all ends. */
  const sideBySide = (...activities: readonly Activity[]) => rows(({ at }) => at, activities);
  /** The same work on many stacks: one kill finds somebody at each place. */
  const atOnce = (...activities: readonly Activity[]) => rows(() => 'all', activities);

  return {
    /** A stack is heard of for the first time. A client waits for it: one death is within its patience. */
    admission: atOnce('findRuns', 'highestRecordedRun', 'recordedFreeze'),
    freeze: inTwoRuns('recordFreeze'),
    schedules: inTwoRuns('keepStackFile', 'applySchedules', 'readStackFile', 'submitScheduled'),
    notices: inTwoRuns('sendNotice', 'observeFreshness'),
    /** Of a stack whose workflow was lost in a run. */
    adoption: inTwoRuns('awaitRun'),
    /** Of a new stack. */
    backup: inTwoRuns(
      'observeRepository',
      'observeEntry',
      'initialiseRepository',
      'backUpPart',
      'storeManifest',
      'recordRun',
    ),
    restore: inTwoRuns(
      'findRecoveryPoint',
      'observeRestoreTarget',
      'restorePart',
      'provePart',
      'swapPart',
    ),
    restoreUndone: inTwoRuns('swapBackPart', 'discardBeside'),
    restoreConfirmed: inTwoRuns('discardKept'),
    retain: inTwoRuns('observeRetention', 'forgetPoints', 'pruneRepository', 'checkRepository'),
    drill: inTwoRuns(
      'observeScratch',
      'openScratch',
      'askEngine',
      'checkAssertion',
      'sweepScratch',
      'storeProof',
    ),
    /** What is asked, and what hands a long description over before it asks. */
    questions: sideBySide(
      'listRecoveryPoints',
      'listStoredFiles',
      'verifyPart',
      'examineHost',
      'keepDescription',
    ),
    /** One copies, the other looks what is lacking. */
    copies: sideBySide('copyPoints', 'compareCopies'),
    releaseQuestions: sideBySide('listReleases', 'readKeptLogs', 'findService', 'diffReleases'),
    /** Asked beside another question, and not waited for. */
    serving: inTwoRuns('observeServing'),
    deploy: inTwoRuns(
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
    ),
    /** Of a release that has made an edge. */
    deployUndone: inTwoRuns('removeService', 'discardRelease', 'putEdgeBack'),
    /** The slot that was kept warm is stopped after the release that made an edge. */
    edgeMade: inOneRun('bringEdge', 'coolSlot'),
    edgeRemoved: inOneRun('removeEdge'),
    /** One container after the other, and what plain Compose runs. */
    replaced: sideBySide('retireServers', 'adoptRelease'),
    built: inOneRun('buildImage', 'pushImage'),
    rollback: inTwoRuns('makeReleaseCurrent'),
    forget: inTwoRuns('observeForgetting', 'preparePlain', 'dropSwitch'),
    maintenance: inTwoRuns('observeMaintenance', 'setMaintenance'),
    forcedEnd: inTwoRuns('settleTraffic', 'endRun'),
  };
}

/** Of this run of the tests. */
export const CRASHES = crashCases(isNightly);
