import { Context } from '@temporalio/activity';
import type {
  Manifest,
  PartSummary,
  RecoveryPointSummary,
  StoredPart,
} from '../../workflows/model/recovery-point';
import type { RunReference } from '../../workflows/model/run';
import { AdapterError } from '../ports/adapter-error';
import type { Attempt } from '../ports/attempt';
import type { Ports, ReleasePorts } from '../ports/host-ports';
import type { Repository } from '../ports/repository';
import { releaseRecordText } from '../../workflows/model/release-text';
import { runStep, type StepInput } from '../frame/run-step';

export interface StoreManifestInput extends StepInput {
  readonly run: RunReference;
  readonly parts: readonly StoredLocation[];
  /** Entries that the operator chose; all when empty. */
  readonly only: readonly string[];
  readonly takenAt: string;
  readonly requestedBy: string;
  readonly pawlVersion: string;
}

/** Where a part's dump is; what it was, its receipt says. */
export type StoredLocation = Pick<PartSummary, 'part' | 'snapshotId' | 'path'>;

type ManifestPorts = Ports & { readonly release: Pick<ReleasePorts, 'releases'> };

/**
 * Makes the recovery point exist: its manifest is the last thing stored.
 * Shape:  { stack, run, parts, only, takenAt } → RecoveryPointSummary
 * Retry:  safe; a manifest that this run has stored already is returned
 * Throws: PreconditionFailed (the host's state directory was lost during the run) · as the repository
 */
export const storeManifest =
  (ports: ManifestPorts) =>
  (input: StoreManifestInput): Promise<RecoveryPointSummary> =>
    runStep(ports, input, { phase: 'store manifest' }, async (attempt, site) => {
      const repository = ports.openRepository(site, input.stack.repository);
      const manifest = await compose(ports, input);
      const earlier = await findStored(ports, repository, manifest, attempt);
      if (earlier !== undefined) return earlier;
      await ports.receipts.beginManifest(manifest.runKey);
      return repository.storeManifest(manifest, attempt);
    });

/** A look takes half a second: only where this run may have got as far as storing it. */
async function findStored(
  ports: ManifestPorts,
  repository: Repository,
  manifest: Manifest,
  attempt: Attempt,
): Promise<RecoveryPointSummary | undefined> {
  // An attempt of a pawl that wrote no such receipt may have died, too.
  const isFirst = Context.current().info.attempt === 1;
  if (isFirst && !(await ports.receipts.isManifestBegun(manifest.runKey))) return undefined;
  return repository.findManifest(manifest, attempt);
}

async function compose(ports: ManifestPorts, input: StoreManifestInput): Promise<Manifest> {
  const { run, stack, takenAt, requestedBy, pawlVersion } = input;
  return {
    schema: 'pawl/manifest@1',
    stack: stack.name,
    run: run.id,
    runKey: run.key,
    takenAt,
    host: ports.host,
    requestedBy,
    pawlVersion,
    ...coverage(input),
    parts: await Promise.all(input.parts.map((part) => withContents(ports, run, part))),
    audit: (await ports.audit.read(stack.name)).join('\n'),
    ...(await keptReleases(ports.release, stack.name)),
  };
}

/** What serves must be known when the host is lost. */
async function keptReleases(
  { releases }: ManifestPorts['release'],
  stack: string,
): Promise<Pick<Manifest, 'releases' | 'currentRelease'>> {
  const { releases: recorded, current } = await releases.list(stack);
  if (recorded.length === 0) return {};
  const kept = recorded.map(async (release) => ({
    number: release.number,
    release: releaseRecordText(release),
    model: await releases.readModel(stack, release.number),
  }));
  return {
    releases: await Promise.all(kept),
    ...(current === undefined ? {} : { currentRelease: current }),
  };
}

/** What an engine had to skip would be missing from a point of everything too: only a choice makes it partial. */
function coverage({
  stack,
  only,
  parts,
}: StoreManifestInput): Pick<Manifest, 'entries' | 'partial'> {
  const names = stack.protect.map(({ name }) => name);
  return {
    entries: names.filter((name) => parts.some(({ part }) => part.entry === name)),
    partial: only.length > 0 && !names.every((name) => only.includes(name)),
  };
}

/** Contents of a database with thousands of tables are too long for Temporal's history: the receipt holds them. */
async function withContents(
  ports: Ports,
  run: RunReference,
  { part, snapshotId, path }: StoredLocation,
): Promise<StoredPart> {
  const receipt = await ports.receipts.read(run.key, part);
  if (receipt !== undefined) {
    const { bytes, sha256, facts } = receipt;
    return { part, snapshotId, path, bytes, sha256, facts };
  }
  throw new AdapterError(
    'PreconditionFailed',
    `the receipt of part ${part.name} is gone from the state directory of host ${ports.host}, or cannot be read; ` +
      'its dump is in the repository but cannot be proved, so no recovery point was made',
    {
      advice:
        'Keep the state directory between restarts of the worker, and start the backup again.',
    },
  );
}
