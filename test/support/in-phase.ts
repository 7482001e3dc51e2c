import type { WorkflowHandle } from '@temporalio/client';
import { progress } from '../../workflows/messages';
import type { RunProgress } from '../../workflows/model/run';
import { until } from './processes';

/** Waits until a run is in the phase. */
export function inPhase(run: WorkflowHandle, phase: RunProgress['phase']): Promise<RunProgress> {
  return until(async () => {
    const now = await run.query(progress);
    return now.phase === phase ? now : undefined;
  });
}
