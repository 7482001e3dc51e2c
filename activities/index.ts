import { awaitRun } from './await-run';
import { backUpPart } from './back-up-part';
import { discardBeside } from './discard-beside';
import { discardKept } from './discard-kept';
import { examineHost } from './examine-host';
import { findRecoveryPoint } from './find-recovery-point';
import { findRuns } from './find-runs';
import { highestRecordedRun } from './highest-recorded-run';
import { initialiseRepository } from './initialise-repository';
import { listRecoveryPoints } from './list-recovery-points';
import { observeEntry } from './observe-entry';
import { observeRepository } from './observe-repository';
import { observeRestoreTarget } from './observe-restore-target';
import type { Ports } from './ports';
import { provePart } from './prove-part';
import { recordRun } from './record-run';
import { restorePart } from './restore-part';
import { storeManifest } from './store-manifest';
import { swapBackPart } from './swap-back-part';
import { swapPart } from './swap-part';

export type HostActivities = ReturnType<typeof createHostActivities>;
export type RunActivities = ReturnType<typeof createRunActivities>;

/** Activities that touch a host: polled on `pawl-host-<name>` by the worker there. */
export function createHostActivities(ports: Ports) {
  return {
    observeRepository: observeRepository(ports),
    initialiseRepository: initialiseRepository(ports),
    observeEntry: observeEntry(ports),
    backUpPart: backUpPart(ports),
    storeManifest: storeManifest(ports),
    findRecoveryPoint: findRecoveryPoint(ports),
    listRecoveryPoints: listRecoveryPoints(ports),
    observeRestoreTarget: observeRestoreTarget(ports),
    restorePart: restorePart(ports),
    provePart: provePart(ports),
    swapPart: swapPart(ports),
    swapBackPart: swapBackPart(ports),
    discardBeside: discardBeside(ports),
    discardKept: discardKept(ports),
    recordRun: recordRun(ports),
    highestRecordedRun: highestRecordedRun(ports),
    examineHost: examineHost(ports),
  };
}

/** Activities that touch Temporal only: polled on `pawl` by any worker. */
export function createRunActivities(ports: Pick<Ports, 'runs'>) {
  return { findRuns: findRuns(ports), awaitRun: awaitRun(ports) };
}
