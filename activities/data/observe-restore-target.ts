import type { LeaveOutChoice } from '../../workflows/model/left-out';
import type { Part } from '../../workflows/model/recovery-point';
import type { RestoreTarget } from '../../workflows/model/restore-target';
import { engineFor, entryOf } from '../frame/engine-for';
import type { Attempt } from '../ports/attempt';
import type { Engine, TargetObservation } from '../ports/engine';
import type { Ports } from '../ports/host-ports';
import type { StreamLocation } from '../ports/repository';
import type { OwnFolder, Site } from '../ports/site';
import { openToRead } from '../frame/open-to-read';
import { runStep, type StepInput } from '../frame/run-step';

/** A part and where it is restored. */
export interface TargetInput extends StepInput {
  readonly part: Part;
  readonly target: RestoreTarget;
}

export interface ObserveTargetInput extends TargetInput {
  /** Where its dump is. Present when something is to be left out of it: then the dump is asked what there is. */
  readonly stored?: StreamLocation;
}

export interface ObservedTarget extends TargetObservation {
  readonly leaveOut?: LeaveOutChoice;
}

/**
 * Looks at what a restored part would replace.
 * Shape:  { stack, part, target, stored? } → { exists, bytes, otherSessions, freeBytes?, version, obstacle?, notes?, leaveOut? }
 * Retry:  safe; reads only
 * Throws: PreconditionFailed · CredentialsRejected · ServiceUnavailable
 */
export const observeRestoreTarget =
  (ports: Ports) =>
  (input: ObserveTargetInput): Promise<ObservedTarget> =>
    runStep(ports, input, { phase: `observe target ${input.part.name}` }, async (attempt, site) => {
      const { part, target } = input;
      const entry = entryOf(input.stack, part);
      const engine = engineFor(ports, entry);
      const place = { ...site, ownFolders: ownFolders(ports, input, site) };
      const observed = await engine.observeTarget({ site: place, entry, part, target, attempt });
      const leaveOut = await chooseLeftOut(ports, engine, input, attempt, site);
      return { ...observed, ...(leaveOut !== undefined && { leaveOut }) };
    });

function ownFolders(ports: Ports, { stack }: StepInput, site: Site): readonly OwnFolder[] {
  const { repository, copies = [] } = stack;
  const places = [
    { what: 'the repository', description: repository },
    ...copies.map((copy) => ({ what: `the copy ${copy.name}`, description: copy })),
  ];
  return places.flatMap(({ what, description }) => {
    const { folder } = ports.openRepository(site, description);
    return folder === undefined ? [] : [{ what, path: folder }];
  });
}

async function chooseLeftOut(
  ports: Ports,
  engine: Engine,
  { stack, stored, target: { leaveOut } }: ObserveTargetInput,
  attempt: Attempt,
  site: Site,
): Promise<LeaveOutChoice | undefined> {
  if (stored === undefined || leaveOut === undefined || !engine.chooseLeftOut) return undefined;
  const repository = openToRead(ports, site, stack);
  const reading = await repository.readStream(stored.snapshotId, stored.path, attempt);
  try {
    return await engine.chooseLeftOut(reading.stream, leaveOut);
  } catch (error) {
    if (reading.stream.readableEnded) await reading.finish(); // a repository that broke off says why
    throw error;
  } finally {
    await reading.abort();
  }
}
