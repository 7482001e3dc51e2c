import type { RestoreOptions } from '../../workflows/model/options';
import { chooseRecoveryPoint } from '../../workflows/model/choose-recovery-point';
import {
  summariseManifest,
  summarisePart,
  type Manifest,
  type ManifestSummary,
  type PartSummary,
  type StoredPart,
} from '../../workflows/model/recovery-point';
import { AdapterError } from '../ports/adapter-error';
import type { Attempt } from '../ports/attempt';
import type { Ports } from '../ports/host-ports';
import type { FoundPoints, Repository, RepositoryLook, StreamLocation } from '../ports/repository';
import { openToRead } from '../frame/open-to-read';
import { runStep, type StepInput } from '../frame/run-step';

/** Temporal takes no payload above 2 MiB; of long ones a third is left once they are packed, at most. */
const MOST_BYTES = 5 * 1024 ** 2;

/** Ids as restic prints them. */
const SNAPSHOT_ID = /^[0-9a-f]{4,64}$/;
/** Not the beginning of one. */
const WHOLE_ID = /^[0-9a-f]{8,64}$/;

export interface FindRecoveryPointInput extends StepInput {
  readonly wanted: Pick<RestoreOptions, 'point' | 'only'>;
}

/**
 * Finds the recovery point that is meant, reads its manifest, and sees where its parts lie now.
 * Shape:  { stack, wanted: { point, only } } → { point, host, parts } without the contents of each part; a part that is
 *         gone is marked `missing`
 * Retry:  safe; reads only
 * Throws: PreconditionFailed (none such, or another stack's) · VerificationFailed (its manifest is damaged) · as the
 *         repository
 */
export const findRecoveryPoint =
  (ports: Ports) =>
  (input: FindRecoveryPointInput): Promise<ManifestSummary> =>
    runStep(ports, input, { phase: 'find recovery point' }, async (attempt, site) => {
      const repository = openToRead(ports, site, input.stack);
      const ahead = readAhead(repository, input.wanted, attempt);
      try {
        const held = await repository.look(input.stack.name, attempt);
        const { id, manifest } = await readWanted(input, held.found, ahead.read);
        requireOfStack(input, id, manifest);
        return withinPayload({
          point: summariseManifest(id, manifest),
          host: manifest.host,
          parts: await partsOf(held, manifest),
        });
      } finally {
        ahead.end();
      }
    });

type Read = (pointId: string) => Promise<Manifest>;

/** Reads the manifest of a point that is named, as a run names the one of its plan, beside the look at all of them. */
function readAhead(
  repository: Repository,
  { point }: FindRecoveryPointInput['wanted'],
  attempt: Attempt,
): { readonly read: Read; end(): void } {
  const over = new AbortController();
  const signal = AbortSignal.any([attempt.signal, over.signal]);
  const named = 'id' in point && WHOLE_ID.test(point.id) ? point.id : undefined;
  const reading =
    named === undefined ? undefined : repository.readManifest(named, { ...attempt, signal });
  // Whoever wants it hears of it; it may be the id of none.
  reading?.catch(() => undefined);
  return {
    read: (pointId) =>
      reading !== undefined && pointId === named
        ? reading
        : repository.readManifest(pointId, attempt),
    end: () => {
      over.abort();
    },
  };
}

/** An id is taken as it is, also where the point's labels were changed or cannot be read: its manifest says it all. */
async function readWanted(
  { stack, wanted }: FindRecoveryPointInput,
  { points, unreadable }: FoundPoints,
  read: Read,
): Promise<{ readonly id: string; readonly manifest: Manifest }> {
  const point = chooseRecoveryPoint(points, wanted);
  if (typeof point !== 'string') {
    return { id: point.id, manifest: await read(point.id) };
  }
  const passedOver = unreadable.length === 0 ? '' : `; ${unreadable.length} cannot be read`;
  const none = new AdapterError('PreconditionFailed', `${stack.name}: ${point}${passedOver}`, {
    advice: '`pawl points` lists what there is.',
  });
  if (!('id' in wanted.point) || !SNAPSHOT_ID.test(wanted.point.id)) throw none;
  const { id } = wanted.point;
  try {
    return { id, manifest: await read(id) };
  } catch (error) {
    throw error instanceof AdapterError && error.kind === 'PreconditionFailed' ? none : error;
  }
}

function requireOfStack(
  { stack }: FindRecoveryPointInput,
  id: string,
  { stack: owner }: Manifest,
): void {
  if (owner === stack.name) return;
  throw new AdapterError(
    'PreconditionFailed',
    `${id} is a recovery point of stack ${JSON.stringify(owner)}, not of ${stack.name}`,
    { advice: '`pawl points` lists what there is.' },
  );
}

async function partsOf(
  held: Pick<RepositoryLook, 'locateParts'>,
  manifest: Manifest,
): Promise<readonly PartSummary[]> {
  const places = await held.locateParts(manifest);
  return manifest.parts.map((stored, index) => asFound(stored, places[index]));
}

function asFound(stored: StoredPart, place: StreamLocation | undefined): PartSummary {
  const summary = summarisePart(stored);
  return place === undefined ? { ...summary, missing: true } : { ...summary, ...place };
}

/** Of very many parts their notes are left in the manifest. */
function withinPayload(summary: ManifestSummary): ManifestSummary {
  if (sizeOf(summary) <= MOST_BYTES) return summary;
  const bare = { ...summary, parts: summary.parts.map((part) => ({ ...part, notes: [] })) };
  if (sizeOf(bare) <= MOST_BYTES) return bare;
  throw new AdapterError(
    'PreconditionFailed',
    `recovery point ${summary.point.id} has ${summary.parts.length} parts with names so long that no run can hold them`,
    { advice: 'Restore it by hand: `pawl help runbooks/backup`, "What lies in the repository".' },
  );
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
