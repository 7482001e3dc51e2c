import { restoreTarget } from '../../workflows/model/restore-target';
import type { RunReference } from '../../workflows/model/run';
import { scratchStack, type ScratchPlace } from '../../workflows/model/scratch';
import { engineFor } from '../frame/engine-for';
import { runStep } from '../frame/run-step';
import { isAway } from '../ports/adapter-error';
import type { Attempt } from '../ports/attempt';
import type { Ports } from '../ports/host-ports';
import type { Site } from '../ports/site';
import { untilDone } from '../ports/until-seen';
import { entryWithScratch } from './entry-with-scratch';
import type { ScratchInput } from './observe-scratch';

export interface OpenScratchInput extends ScratchInput {
  readonly run: RunReference;
}

/** A cluster is made in seconds, on a slow disk in a minute. */
const READY_MILLISECONDS = 3 * 60_000;
/** Past its deadline, a run still undoes. */
const UNDOING_SECONDS = 24 * 3600;
const AGAIN_MILLISECONDS = 250;

/**
 * Makes the scratch place of an entry, and waits until its server answers.
 * Shape:  { stack, run, entry, sourceVersion } → where it is
 * Retry:  safe; what an earlier attempt made is removed first, and what a run has left that was ended by force long ago
 * Throws: ServiceUnavailable (it does not come up) · PreconditionFailed · CommandFailed
 */
export const openScratch =
  (ports: Ports) =>
  (input: OpenScratchInput): Promise<ScratchPlace> =>
    runStep(ports, input, { phase: `open scratch ${input.entry}` }, async (attempt, site) => {
      const { entry, places } = entryWithScratch(ports, input);
      const { sourceVersion, run, stack } = input;
      const longestRun = stack.limits.deadlineSeconds + UNDOING_SECONDS;
      await places.sweepOlderThan(longestRun, stack.name, attempt);
      const request = { site, entry, sourceVersion, attempt, runKey: run.key };
      const place = await places.open(request);
      if (place.kind !== 'folder') await ready(ports, input, place, { attempt, site });
      return place;
    });

async function ready(
  ports: Ports,
  { stack, run, entry: name }: OpenScratchInput,
  place: ScratchPlace,
  { attempt, site }: { readonly attempt: Attempt; readonly site: Site },
): Promise<void> {
  const scratch = scratchStack(stack, run.key, [{ entry: name, place }]);
  const [entry] = scratch.protect;
  if (entry === undefined) return;
  const part = { name, entry: name, engine: entry.engine, kind: 'database', source: '' } as const;
  const target = restoreTarget('pawl', run.number);
  const there = { ...site, ...(scratch.compose && { compose: scratch.compose }) };
  const look = () =>
    engineFor(ports, entry).observeTarget({ site: there, entry, part, target, attempt });
  await untilDone(look, isAway, {
    everyMilliseconds: AGAIN_MILLISECONDS,
    withinMilliseconds: READY_MILLISECONDS,
    signal: attempt.signal,
  });
}
