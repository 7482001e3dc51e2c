import { replaceStep } from './traffic-steps';
import type { Run } from '../run/runbook';
import type { Undo } from '../run/undo-on-failure';
import { patienceFor, patienceOf, readyDetail } from './patience';
import { putBackStep, removeStep } from './undo-steps';
import { INSIST_SECONDS, isSwitched, type Placement, type ReplacedService } from './placement';

/** Replaces the services of which there is one instance only: stopped with their grace, then started from the release. */
export async function replaceServices(run: Run, undo: Undo, placement: Placement): Promise<void> {
  for (const placed of placement.services) {
    if (!isSwitched(placed)) await replace(run, undo, placement, placed);
  }
}

async function replace(
  run: Run,
  undo: Undo,
  { project, release }: Placement,
  { deployment, before, followers = [], asBefore }: ReplacedService,
): Promise<void> {
  const { service, port, ready, stopSeconds } = deployment;
  const starting = {
    ...{ stack: run.stack, project, service },
    ...(port === undefined ? {} : { port }),
    ...(ready === undefined ? {} : { ready }),
    ...(stopSeconds === undefined ? {} : { stopSeconds }),
    ...(followers.length === 0 ? {} : { followers }),
  };
  if (before === undefined) {
    undo.push(removeStep(service), (options) =>
      run.act.removeService.executeWithOptions(options, [
        { stack: run.stack, project, release, service },
      ]),
    );
  } else {
    undo.push(putBackStep(service), (options) =>
      run.act.startService.executeWithOptions(options, [
        {
          ...{ ...starting, release: before, insistSeconds: INSIST_SECONDS },
          ...patienceFor(deployment, {}),
          ...(asBefore && { asBefore }),
        },
      ]),
    );
  }
  await run.step(
    replaceStep({ service, followers }),
    (options, corrected) =>
      run.act.startService.executeWithOptions(options, [
        { ...starting, ...patienceFor(deployment, corrected), release },
      ]),
    { detail: readyDetail, values: patienceOf(deployment) },
  );
}
