import type { STEP_KINDS, StepKind } from '../workflows/model/step-kinds';
import { adoptRelease } from './release/adopt-release';
import { awaitRun } from './run/await-run';
import { backUpPart } from './data/back-up-part';
import { bringEdge } from './edge/bring-edge';
import { buildImage } from './containers/build-image';
import { checkGate } from './release/check-gate';
import { coolSlot } from './traffic/cool-slot';
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
import { findService } from './containers/find-service';
import { findRuns } from './run/find-runs';
import { highestRecordedRun } from './run/highest-recorded-run';
import { initialiseRepository } from './data/initialise-repository';
import { keepDescription } from './run/keep-description';
import { listRecoveryPoints } from './data/list-recovery-points';
import { listReleases } from './release/list-releases';
import { makeReleaseCurrent } from './release/make-release-current';
import { observeEntry } from './data/observe-entry';
import { observeForgetting } from './release/observe-forgetting';
import { observeFreshness } from './data/observe-freshness';
import { observeMaintenance } from './traffic/observe-maintenance';
import { observeRelease } from './release/observe-release';
import { observeRepository } from './data/observe-repository';
import { observeServing } from './containers/observe-serving';
import { observeRestoreTarget } from './data/observe-restore-target';
import type { Ports, HostPorts } from './ports/host-ports';
import { preparePlain } from './release/prepare-plain';
import { prepareRelease } from './release/prepare-release';
import { provePart } from './data/prove-part';
import { putEdgeBack } from './edge/put-edge-back';
import { pullImage } from './containers/pull-image';
import { pushImage } from './containers/push-image';
import { readKeptLogs } from './run/read-kept-logs';
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
import { storeManifest } from './data/store-manifest';
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
    observeRestoreTarget: observeRestoreTarget(ports),
    restorePart: restorePart(ports),
    provePart: provePart(ports),
    swapPart: swapPart(ports),
    swapBackPart: swapBackPart(ports),
    discardBeside: discardBeside(ports),
    discardKept: discardKept(ports),
    recordRun: recordRun(ports),
    sendNotice: sendNotice(ports),
    highestRecordedRun: highestRecordedRun(ports),
    recordFreeze: recordFreeze(ports),
    recordedFreeze: recordedFreeze(ports),
    examineHost: examineHost(ports),
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
export function createRunActivities(ports: Pick<Ports, 'runs'>) {
  return { findRuns: findRuns(ports), awaitRun: awaitRun(ports), endRun: endRun(ports) };
}
