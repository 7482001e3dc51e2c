import type { CopyOutcome, SkippedPoint } from '../../workflows/model/copy';
import type { CopyDescription } from '../../workflows/model/stack';
import { lackingPoints } from '../../workflows/model/lacking-points';
import type { ListedPoint } from '../../workflows/model/recovery-point';
import { AdapterError } from '../ports/adapter-error';
import type { Attempt } from '../ports/attempt';
import type { SnapshotsToCopy } from '../ports/copies';
import type { Ports } from '../ports/host-ports';
import type { Repository, RepositoryLook } from '../ports/repository';
import type { Site } from '../ports/site';
import { runStep, type StepInput } from '../frame/run-step';
import { lookAtPoints } from './look-at-points';
import { ofCopy, requireCopy } from '../frame/of-copy';

export interface CopyPointsInput extends StepInput {
  readonly copy: string;
  /** Take the repository at its address though it is another one than before. */
  readonly acceptAnother?: true;
}

/**
 * Copies every point that a copy lacks, the newest first: the parts of each, then its manifest, so that half a point is none
 * there. A look at the copy afterwards says that it is so.
 * Shape:  { stack, copy, acceptAnother? } → { copy, copied, skipped }
 * Retry:  safe; what is there is not copied again. Heartbeats { phase, bytesDone } of the point at hand
 * Throws: PreconditionFailed (none there, another repository than before, or the stack's own) · CredentialsRejected ·
 *         CommandFailed (full) · VerificationFailed (the copy does not hold what was copied) · ServiceUnavailable ·
 *         ResourceBusy
 */
export const copyPoints =
  (ports: Ports) =>
  (input: CopyPointsInput): Promise<CopyOutcome> => {
    const options = { phase: `copy to ${input.copy}`, watchStall: true };
    return runStep(ports, input, options, async (attempt, site) => {
      const work = workOn(ports, input, site, attempt);
      await openCopy(work);
      return copyAll(work);
    });
  };

interface Work {
  readonly ports: Ports;
  readonly input: CopyPointsInput;
  readonly copy: CopyDescription;
  readonly own: Repository;
  readonly there: Repository;
  readonly way: ReturnType<Ports['openCopyWay']>;
  readonly attempt: Attempt;
}

function workOn(ports: Ports, input: CopyPointsInput, site: Site, attempt: Attempt): Work {
  const { repository } = input.stack;
  const copy = requireCopy(input.stack, input.copy);
  return {
    ...{ ports, input, copy, attempt },
    own: ports.openRepository(site, repository),
    there: ports.openRepository(site, copy),
    way: ports.openCopyWay(site, repository, copy),
  };
}

/** A disk that is not mounted is no new copy, and one that was swapped for another is not filled unasked. */
async function openCopy(work: Work): Promise<void> {
  const { ports, input, copy, there, attempt } = work;
  const stack = input.stack.name;
  const known = await ports.knownCopies.idsOf(stack, copy);
  const probe = () => ofCopy(copy, () => there.probe(attempt));
  let seen = await probe();
  if (seen.state === 'absent') {
    if (known.length > 0) throw goneAway(copy);
    if (!copy.initialise) throw absent(copy);
    await ofCopy(copy, () => work.way.initialise(attempt));
    seen = await probe();
  }
  const id = seen.id ?? '';
  if (id === (await work.own.probe(attempt)).id) throw isOwn(copy);
  if (known.length > 0 && !known.includes(id) && input.acceptAnother !== true) {
    throw another(copy, { stack, id, known });
  }
  await ports.knownCopies.learn(stack, copy, id);
}

async function copyAll(work: Work): Promise<CopyOutcome> {
  const { input, copy, own, there, attempt } = work;
  const stack = input.stack.name;
  const lookAtCopy = () => ofCopy(copy, () => lookAtPoints(there, stack, attempt));
  const [ours, theirs] = await Promise.all([lookAtPoints(own, stack, attempt), lookAtCopy()]);
  const lacking = lackingPoints(ours.points, theirs.points);
  const skipped: SkippedPoint[] = lacking.broken.map(({ id, missing }) => ({
    id,
    reason: `${missing} of its parts are no longer in the stack's own repository`,
  }));
  const copied: ListedPoint[] = [];
  for (const point of lacking.points) {
    const reason = await whyNot(() => copyPoint(work, ours.look, point));
    if (reason === undefined) copied.push(point);
    else skipped.push({ id: point.id, reason });
  }
  if (copied.length > 0) {
    const now = await lookAtCopy();
    requireAll(copy, lackingPoints(copied, now.points).points);
  }
  return { copy: copy.name, copied: copied.map(({ id }) => id), skipped };
}

/** What is damaged in one point keeps no other one from being copied. */
async function whyNot(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof AdapterError && error.kind === 'VerificationFailed') return error.message;
    throw error;
  }
}

async function copyPoint(
  { own, copy, way, attempt }: Work,
  look: RepositoryLook,
  { id, bytes }: ListedPoint,
): Promise<void> {
  const what = `recovery point ${id}`;
  const manifest = await own.readManifest(id, attempt);
  const places = await look.locateParts(manifest);
  const ids = places.flatMap((place) => place?.snapshotId ?? []);
  if (ids.length < places.length) {
    const message = `${what} lost a part while it was copied`;
    throw new AdapterError('VerificationFailed', message);
  }
  const take = (snapshots: SnapshotsToCopy) =>
    ofCopy(copy, () => way.copySnapshots(snapshots, attempt));
  if (ids.length > 0) await take({ ids: [...new Set(ids)], bytes, what });
  await take({ ids: [id], bytes: 0, what: `the manifest of ${what}` });
}

function requireAll({ name, url }: CopyDescription, lost: readonly ListedPoint[]): void {
  if (lost.length === 0) return;
  const ids = lost.map(({ id }) => id).join(', ');
  throw new AdapterError(
    'VerificationFailed',
    `copy ${name} at ${url} took ${ids} and does not hold it`,
    { advice: `Look at it with \`pawl points --from ${name}\` and \`restic check\`.` },
  );
}

function goneAway({ name, url }: CopyDescription): AdapterError {
  return new AdapterError(
    'ServiceUnavailable',
    `copy ${name} is no longer at ${url}, where points were copied to before`,
    { advice: 'Mount its disk again; it is tried again until it is back.' },
  );
}

function absent({ name, url }: CopyDescription): AdapterError {
  return new AdapterError(
    'PreconditionFailed',
    `there is no repository at ${url} for copy ${name}`,
    {
      advice: `Check that its disk is mounted; \`copies.${name}.initialise: true\` creates it.`,
    },
  );
}

function isOwn({ name, url }: CopyDescription): AdapterError {
  return new AdapterError(
    'PreconditionFailed',
    `copy ${name} at ${url} is the stack's own repository by another address`,
    { advice: `Name another place in \`copies.${name}.url\`.` },
  );
}

function another(
  { name, url }: CopyDescription,
  { stack, id, known }: { stack: string; id: string; known: readonly string[] },
): AdapterError {
  const before = known.map((one) => one.slice(0, 8)).join(', ');
  return new AdapterError(
    'PreconditionFailed',
    `copy ${name} of ${stack} at ${url} is another repository (${id.slice(0, 8)}) than before (${before}); nothing was copied`,
    { advice: `Mount the right disk; \`pawl copy ${name} --accept-another\` takes this one too.` },
  );
}
