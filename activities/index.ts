import { adoptRelease } from './adopt-release';
import { awaitRun } from './await-run';
import { backUpPart } from './back-up-part';
import { bringEdge } from './bring-edge';
import { buildImage } from './build-image';
import { checkGate } from './check-gate';
import { coolSlot } from './cool-slot';
import { diffReleases } from './diff-releases';
import { discardBeside } from './discard-beside';
import { discardKept } from './discard-kept';
import { discardRelease } from './discard-release';
import { drainSlot } from './drain-slot';
import { dropSwitch } from './drop-switch';
import { examineHost } from './examine-host';
import { findRecoveryPoint } from './find-recovery-point';
import { findService } from './find-service';
import { findRuns } from './find-runs';
import { highestRecordedRun } from './highest-recorded-run';
import { initialiseRepository } from './initialise-repository';
import { listRecoveryPoints } from './list-recovery-points';
import { listReleases } from './list-releases';
import { makeReleaseCurrent } from './make-release-current';
import { observeEntry } from './observe-entry';
import { observeForgetting } from './observe-forgetting';
import { observeMaintenance } from './observe-maintenance';
import { observeRelease } from './observe-release';
import { observeRepository } from './observe-repository';
import { observeServing } from './observe-serving';
import { observeRestoreTarget } from './observe-restore-target';
import type { Ports } from './ports';
import { preparePlain } from './prepare-plain';
import { prepareRelease } from './prepare-release';
import { provePart } from './prove-part';
import { putEdgeBack } from './put-edge-back';
import { pullImage } from './pull-image';
import { pushImage } from './push-image';
import { readKeptLogs } from './read-kept-logs';
import { readTraffic } from './read-traffic';
import { recordFreeze } from './record-freeze';
import { recordedFreeze } from './recorded-freeze';
import { recordRelease } from './record-release';
import { recordRun } from './record-run';
import type { HostPorts } from './release-ports';
import { removeEdge } from './remove-edge';
import { removeService } from './remove-service';
import { restorePart } from './restore-part';
import { retainReleases } from './retain-releases';
import { retireServers } from './retire-servers';
import { runOneOff } from './run-one-off';
import { setMaintenance } from './set-maintenance';
import { startService } from './start-service';
import { steerTraffic } from './steer-traffic';
import { storeManifest } from './store-manifest';
import { swapBackPart } from './swap-back-part';
import { swapPart } from './swap-part';
import { verifyPart } from './verify-part';
import { watchTraffic } from './watch-traffic';

export type HostActivities = ReturnType<typeof createHostActivities>;
export type RunActivities = ReturnType<typeof createRunActivities>;

/** Activities that touch a host: polled on `pawl-host-<name>` by the worker there. */
export function createHostActivities(ports: HostPorts) {
  return {
    observeRepository: observeRepository(ports),
    initialiseRepository: initialiseRepository(ports),
    observeEntry: observeEntry(ports),
    backUpPart: backUpPart(ports),
    storeManifest: storeManifest(ports),
    findRecoveryPoint: findRecoveryPoint(ports),
    listRecoveryPoints: listRecoveryPoints(ports),
    verifyPart: verifyPart(ports),
    observeRestoreTarget: observeRestoreTarget(ports),
    restorePart: restorePart(ports),
    provePart: provePart(ports),
    swapPart: swapPart(ports),
    swapBackPart: swapBackPart(ports),
    discardBeside: discardBeside(ports),
    discardKept: discardKept(ports),
    recordRun: recordRun(ports),
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
    bringEdge: bringEdge(ports),
    removeEdge: removeEdge(ports),
    putEdgeBack: putEdgeBack(ports),
  };
}

/** Activities that touch Temporal only: polled on `pawl` by any worker. */
export function createRunActivities(ports: Pick<Ports, 'runs'>) {
  return { findRuns: findRuns(ports), awaitRun: awaitRun(ports) };
}
