import { otherSlot, type Slot } from '../../model/deployment';
import type { CanaryStep } from '../../model/outcome';
import type { Shares, SlotShare } from '../../model/traffic';
import { renewStep } from '../../plan/release/release-steps';
import type { Run } from '../runbook';
import type { Placement, SwitchedService } from './placement';

/* What is common to all ways in which requests come to a release. */

/** What came of the shifting of one service's requests. */
export interface Shifted {
  readonly canary: readonly CanaryStep[];
  /** Longest time without an answer; only where the switch was made, or made anew. */
  readonly gapSeconds: number;
  readonly notes: readonly string[];
}

/** All requests that there are, where `other` says nothing else. */
export const ALL: SlotShare = { weight: 100 };

export function traffic(slot: Slot, share: SlotShare, other: SlotShare): Shares {
  return { [slot]: share, [otherSlot(slot)]: other } as unknown as Shares;
}

/** `file`: the release whose file has the switch; the new one's where nothing is said. */
export function steering(
  run: Run,
  { project, release }: Placement,
  { deployment, replicas }: SwitchedService,
  shares: Shares,
  file: number | undefined,
) {
  return {
    stack: run.stack,
    project,
    deployment,
    replicas,
    traffic: shares,
    release: file ?? release,
  };
}

/** A switch of another image is made anew while the old slot has all requests: a step of its own, so that its gap is known. */
export async function renewSwitch(
  run: Run,
  placement: Placement,
  placed: SwitchedService,
  active: Slot,
): Promise<number> {
  const { id, title } = renewStep(placed.deployment.service);
  const shares = traffic(active, ALL, 'off');
  const { gapSeconds = 0 } = await run.step(
    id,
    title,
    (options) =>
      run.act.steerTraffic.executeWithOptions(options, [
        steering(run, placement, placed, shares, placement.release),
      ]),
    gapDetail,
  );
  return gapSeconds;
}

export function gapDetail({ gapSeconds }: { readonly gapSeconds?: number }): { detail?: string } {
  if (gapSeconds === undefined) return {};
  return { detail: `at most ${gapSeconds.toFixed(1)} s without an answer` };
}
