import type { Slot } from '../model/deployment';
import type { CanaryStep } from '../model/outcome';
import type { InPlace } from '../model/serving';
import { ALL, sharesOf, type Shares } from '../model/traffic';
import { renewStep } from './traffic-steps';
import type { Run } from '../run/runbook';
import type { Placement, SwitchedService } from './placement';

/* What is common to all ways in which requests come to a release. */

/** What came of the shifting of one service's requests. */
export interface Shifted {
  readonly canary: readonly CanaryStep[];
  /** Longest time without an answer; only where the switch was made, or made anew. */
  readonly gapSeconds: number;
  readonly notes: readonly string[];
}

/** `file`: the release whose file has the switch; the new one's where nothing is said. */
export function steering(
  run: Run,
  { project, release }: Placement,
  { deployment, replicas, slot, active, before }: SwitchedService,
  shares: Shares,
  file: number | undefined,
) {
  const releases = {
    [slot]: release,
    ...(active === undefined || before === undefined ? {} : { [active]: before }),
  };
  return {
    stack: run.stack,
    project,
    deployment,
    replicas,
    traffic: shares,
    release: file ?? release,
    releases,
  };
}

/** A switch of another image is made anew while the old slot has all requests: a step of its own, so that its gap is known. */
export async function renewSwitch(
  run: Run,
  placement: Placement,
  placed: SwitchedService,
  active: Slot,
): Promise<number> {
  const shares = sharesOf(active, ALL, 'off');
  const { gapSeconds = 0 } = await run.step(
    renewStep(placed.deployment.service),
    (options) =>
      run.act.steerTraffic.executeWithOptions(options, [
        steering(run, placement, placed, shares, placement.release),
      ]),
    { detail: gapDetail },
  );
  return gapSeconds;
}

/** Of a steering that has made the switch. */
interface Gap {
  readonly gapSeconds?: number;
  readonly tookFrom?: InPlace;
}

export function gapDetail({ gapSeconds, tookFrom }: Gap): { detail?: string } {
  if (gapSeconds === undefined) return {};
  const gap = `at most ${gapSeconds.toFixed(1)} s without an answer`;
  const taken = tookFrom === undefined ? '' : `${tookBack(tookFrom)}; `;
  return { detail: `${taken}${gap}` };
}

/** Of the first switch: whatever had its place, it took it for the first time. */
export function firstGapDetail({ tookFrom, ...gap }: Gap): { detail?: string } {
  return gapDetail(gap);
}

/** Where the switch had served before: somebody has typed something by hand since. */
export function tookBackNotes(service: string, { tookFrom }: Gap): string[] {
  return tookFrom === undefined
    ? []
    : [`The switch of ${service} was not there in the middle of the run: ${tookBack(tookFrom)}.`];
}

function tookBack(from: NonNullable<Gap['tookFrom']>): string {
  switch (from) {
    case 'compose':
      return 'its place was taken back from plain Compose';
    case 'stopped':
      return 'it had stopped and was started';
    case 'nothing':
      return 'its container was gone and was made again';
    case 'other-stack':
      return 'its place was taken back from another stack';
    case 'release':
    case 'switch':
      return 'its place was taken back';
  }
}
