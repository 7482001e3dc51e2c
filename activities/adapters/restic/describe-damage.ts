import { AdapterError } from '../../ports/adapter-error';
import type { Attempt } from '../../ports/attempt';
import { findBlobsArguments } from './arguments';
import { blobsOfPacks } from './blobs-of-packs';
import { isManifest, isOfStack, markedPoint, markedRun } from './labels';
import { listSnapshots } from './list-snapshots';
import type { Restic } from './restic';
import type { Snapshot } from './snapshot';

/** A list for a person; restic's own words have the rest. */
const MOST_NAMED = 8;
/** restic may end with the whole of Go's stack. */
const LONGEST_REASON = 300;
/** Pieces that are looked for: one pack of data has some twenty. */
const MOST_SOUGHT = 5000;

const PACK = /\bpack ([0-9a-f]{64})\b/g;
const SNAPSHOT = /(?:"snapshot":"|snapshot )([0-9a-f]{64})/g;

/** What a check found, which recovery points it touches, and what a person can do about it. Nothing is repaired by itself. */
export async function describeDamage(
  restic: Restic,
  stack: string,
  lines: readonly string[],
  attempt: Attempt,
): Promise<AdapterError> {
  const packs = [...matches(lines.join('\n'), PACK)];
  const named = packs.map((id) => id.slice(0, 12));
  const touched = await touchedBy(restic, stack, packs, lines, attempt);
  const what =
    packs.length === 0
      ? `it says: ${lines.find((line) => line.trim() !== '')?.trim() ?? 'nothing more'}`
      : `${list(named.map((id) => `pack ${id}`))} damaged or gone`;
  return new AdapterError(
    'VerificationFailed',
    `The repository ${restic.name} is damaged: ${what}. ${touched}`,
    { advice: repairSteps(packs) },
  );
}

async function touchedBy(
  restic: Restic,
  stack: string,
  packs: readonly string[],
  lines: readonly string[],
  { signal }: Attempt,
): Promise<string> {
  try {
    const attempted = `Looking for what is damaged in ${restic.name}`;
    const blobs = await blobsOfPacks(restic, new Set(packs), { attempted, signal });
    let found = lines.join('\n');
    for (const kind of ['data', 'tree'] as const) {
      const sought = blobs[kind].slice(0, MOST_SOUGHT);
      if (sought.length === 0) continue;
      found += await restic.run({ args: findBlobsArguments(kind, sought), attempted, signal });
    }
    const ids = matches(found, SNAPSHOT);
    const all = await listSnapshots(restic, { anyOf: [], attempted, signal });
    const isAll = blobs.data.length <= MOST_SOUGHT && blobs.tree.length <= MOST_SOUGHT;
    return `It touches ${isAll ? '' : 'at least '}${whatIsTouched(stack, all, ids)}`;
  } catch (error) {
    signal.throwIfAborted();
    const why = String(error instanceof Error ? error.message : error).slice(0, LONGEST_REASON);
    return `Which recovery points it touches cannot be told (${why})`;
  }
}

function whatIsTouched(stack: string, all: readonly Snapshot[], ids: ReadonlySet<string>): string {
  const touched = all.filter(({ id }) => ids.has(id));
  const runs = new Set(touched.filter((one) => isOfStack(one, stack)).map(markedRun));
  const points = all.flatMap((one) => {
    if (!isManifest(one) || !isOfStack(one, stack) || !runs.has(markedRun(one))) return [];
    const marked = markedPoint(one);
    return marked !== 'torn' && 'point' in marked ? [marked.point.id] : [];
  });
  const others = touched.filter((one) => !isOfStack(one, stack)).length;
  const own =
    points.length === 0
      ? `no recovery point of ${stack} that could be told`
      : `${points.length} recovery ${points.length === 1 ? 'point' : 'points'} of ${stack}: ${list(points)}`;
  return others === 0 ? own : `${own}; and ${others} snapshots that are not ${stack}'s`;
}

function repairSteps(packs: readonly string[]): string {
  const salvage =
    packs.length === 0
      ? ''
      : ` \`restic repair packs ${packs.slice(0, 3).join(' ')}${packs.length > 3 ? ' …' : ''}\` saves what can be read of the damaged packs,`;
  return (
    'Look at the disk first: damage seldom comes alone. Copy the repository before anything is repaired. Then, by hand: ' +
    '`restic repair index` rebuilds the index of what is there,' +
    `${salvage} \`restic repair snapshots --forget\` takes what is lost out of the snapshots. The next backup stores again ` +
    'what the live data still has; `pawl points verify POINT` says which points can be restored.'
  );
}

function matches(text: string, pattern: RegExp): ReadonlySet<string> {
  return new Set([...text.matchAll(pattern)].map(([, id = '']) => id));
}

function list(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return [...names.slice(0, MOST_NAMED), ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}
