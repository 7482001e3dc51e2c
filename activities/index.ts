import type { STEP_KINDS, StepKind } from '../workflows/model/step-kinds';
import { adoptRelease } from './release/adopt-release';
import { askEngine } from './drill/ask-engine';
import { applySchedules } from './run/apply-schedules';
import { awaitRun } from './run/await-run';
import { backUpPart } from './data/back-up-part';
import { bringEdge } from './edge/bring-edge';
import { buildImage } from './containers/build-image';
import { checkAssertion } from './drill/check-assertion';
import { checkRepository } from './data/check-repository';
import { checkGate } from './release/check-gate';
import { compareCopies } from './data/compare-copies';
import { coolSlot } from './traffic/cool-slot';
import { copyPoints } from './data/copy-points';
import { described } from './frame/described';
import { diffReleases } from './release/diff-releases';
import { discardBeside } from './data/discard-beside';
import { discardKept } from './data/discard-kept';
import { discardRelease } from './release/discard-release';
import { drainSlot } from './traffic/drain-slot';
import { dropSwitch } from './release/drop-switch';
import { endRun } from './run/end-run';
import { examineHost } from './run/examine-host';
import { findRecoveryPoint } from './data/find-recovery-point';
import { forgetPoints } from './data/forget-points';
import { findService } from './containers/find-service';
import { findRuns } from './run/find-runs';
import { highestRecordedRun } from './run/highest-recorded-run';
import { initialiseRepository } from './data/initialise-repository';
import { keepDescription } from './run/keep-description';
import { keepStackFile } from './run/keep-stack-file';
import { listRecoveryPoints } from './data/list-recovery-points';
import { listStoredFiles } from './data/list-stored-files';
import { listReleases } from './release/list-releases';
import { makeReleaseCurrent } from './release/make-release-current';
import { observeEntry } from './data/observe-entry';
import { observeForgetting } from './release/observe-forgetting';
import { observeFreshness } from './data/observe-freshness';
import { observeMaintenance } from './traffic/observe-maintenance';
import { observeRelease } from './release/observe-release';
import { observeRepository } from './data/observe-repository';
import { observeScratch } from './drill/observe-scratch';
import { observeRetention } from './data/observe-retention';
import { observeServing } from './containers/observe-serving';
import { observeRestoreTarget } from './data/observe-restore-target';
import { openScratch } from './drill/open-scratch';
import type { Ports, HostPorts } from './ports/host-ports';
import { preparePlain } from './release/prepare-plain';
import { prepareRelease } from './release/prepare-release';
import { pruneRepository } from './data/prune-repository';
import { provePart } from './data/prove-part';
import { putEdgeBack } from './edge/put-edge-back';
import { pullImage } from './containers/pull-image';
import { pushImage } from './containers/push-image';
import { readKeptLogs } from './run/read-kept-logs';
import { readStackFile } from './run/read-stack-file';
import { readTraffic } from './traffic/read-traffic';
import { recordFreeze } from './run/record-freeze';
import { recordedFreeze } from './run/recorded-freeze';
import { recordRelease } from './release/record-release';
import { recordRun } from './run/record-run';
import { removeEdge } from './edge/remove-edge';
import { removeService } from './containers/remove-service';
import { restorePart } from './data/restore-part';
import { retainReleases } from './release/retain-releases';
import { retireServers } from './traffic/retire-servers';
import { runOneOff } from './containers/run-one-off';
import { settleTraffic } from './traffic/settle-traffic';
import { sendNotice } from './notify/send-notice';
import { setMaintenance } from './traffic/set-maintenance';
import { startService } from './containers/start-service';
import { steerTraffic } from './traffic/steer-traffic';
import { storeProof } from './drill/store-proof';
import { sweepScratch } from './drill/sweep-scratch';
import { storeManifest } from './data/store-manifest';
import { submitScheduled } from './run/submit-scheduled';
import { swapBackPart } from './data/swap-back-part';
import { swapPart } from './data/swap-part';
import { verifyPart } from './data/verify-part';
import { watchTraffic } from './traffic/watch-traffic';

export type HostActivities = ReturnType<typeof createHostActivities>;
export type RunActivities = ReturnType<typeof createRunActivities>;

({}) as typeof STEP_KINDS satisfies Readonly<Record<keyof HostActivities, StepKind>>;

/** Activities that touch a host: polled by the worker there, on the queues of `step-kinds.ts`. */
export function createHostActivities(ports: HostPorts) {
  return described(ports, {
    keepDescription: keepDescription(ports),
    observeRepository: observeRepository(ports),
    initialiseRepository: initialiseRepository(ports),
    observeEntry: observeEntry(ports),
    backUpPart: backUpPart(ports),
    storeManifest: storeManifest(ports),
    findRecoveryPoint: findRecoveryPoint(ports),
    listRecoveryPoints: listRecoveryPoints(ports),
    observeFreshness: observeFreshness(ports),
    verifyPart: verifyPart(ports),
    compareCopies: compareCopies(ports),
    copyPoints: copyPoints(ports),
    listStoredFiles: listStoredFiles(ports),
    observeRetention: observeRetention(ports),
    forgetPoints: forgetPoints(ports),
    pruneRepository: pruneRepository(ports),
    checkRepository: checkRepository(ports),
    observeRestoreTarget: observeRestoreTarget(ports),
    restorePart: restorePart(ports),
    provePart: provePart(ports),
    swapPart: swapPart(ports),
    swapBackPart: swapBackPart(ports),
    discardBeside: discardBeside(ports),
    discardKept: discardKept(ports),
    observeScratch: observeScratch(ports),
    openScratch: openScratch(ports),
    sweepScratch: sweepScratch(ports),
    askEngine: askEngine(ports),
    checkAssertion: checkAssertion(ports),
    storeProof: storeProof(ports),
    recordRun: recordRun(ports),
    sendNotice: sendNotice(ports),
    highestRecordedRun: highestRecordedRun(ports),
    recordFreeze: recordFreeze(ports),
    recordedFreeze: recordedFreeze(ports),
    examineHost: examineHost(ports),
    keepStackFile: keepStackFile(ports),
    readStackFile: readStackFile(ports),
    listReleases: listReleases(ports),
    findService: findService(ports),
    readKeptLogs: readKeptLogs(ports),
    diffReleases: diffReleases(ports),
    watchTraffic: watchTraffic(ports),
    steerTraffic: steerTraffic(ports),
    startService: startService(ports),
    runOneOff: runOneOff(ports),
    retainReleases: retainReleases(ports),
    removeService: removeService(ports),
    recordRelease: recordRelease(ports),
    readTraffic: readTraffic(ports),
    pullImage: pullImage(ports),
    pushImage: pushImage(ports),
    buildImage: buildImage(ports),
    prepareRelease: prepareRelease(ports),
    observeRelease: observeRelease(ports),
    makeReleaseCurrent: makeReleaseCurrent(ports),
    drainSlot: drainSlot(ports),
    retireServers: retireServers(ports),
    discardRelease: discardRelease(ports),
    coolSlot: coolSlot(ports),
    checkGate: checkGate(ports),
    adoptRelease: adoptRelease(ports),
    observeForgetting: observeForgetting(ports),
    preparePlain: preparePlain(ports),
    dropSwitch: dropSwitch(ports),
    observeMaintenance: observeMaintenance(ports),
    observeServing: observeServing(ports),
    setMaintenance: setMaintenance(ports),
    settleTraffic: settleTraffic(ports),
    bringEdge: bringEdge(ports),
    removeEdge: removeEdge(ports),
    putEdgeBack: putEdgeBack(ports),
  });
}

/** Activities that touch Temporal only: polled on `pawl` by any worker. */
export function createRunActivities(ports: Pick<Ports, 'runs' | 'schedules' | 'secrets'>) {
  return {
    findRuns: findRuns(ports),
    awaitRun: awaitRun(ports),
    endRun: endRun(ports),
    submitScheduled: submitScheduled(ports),
    applySchedules: applySchedules(ports),
  };
}
