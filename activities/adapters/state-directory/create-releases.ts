import { createHash } from 'node:crypto';
import type { Release, ReleaseList, UnreadableRelease } from '../../../workflows/model/release';
import { AdapterError } from '../../ports/adapter-error';
import type { PreparedRelease, Releases } from '../../ports/releases';
import { releaseRecordText } from '../../../workflows/model/release-text';
import { makeFolder, onDisk, writeDurably } from './durable-files';
import { withFileLock } from '../process/file-lock';
import {
  currentOf,
  layoutOf,
  nextNumber,
  preparedBy,
  recordedIn,
  releaseNumbers,
  stacksWithReleases,
  throwAway,
  type StackLayout,
} from './release-files';
import { readJson, readText } from './read-files';

/**
 * `Releases` in the state directory:
 *
 *     releases/<stack>/last.json            the highest number ever taken: none is taken twice, not even a discarded one
 *     releases/<stack>/current.json         the number that serves now
 *     releases/<stack>/<number>/prepared.json   the key of the run that took the number
 *     releases/<stack>/<number>/compose.yaml    its Compose model
 *     releases/<stack>/<number>/release.json    last of all: from here on it is a release
 *
 * Each file is written whole or not at all, and a folder is renamed before it is emptied: whatever an attempt leaves when
 * it dies is found by the next one, or is of no effect.
 */
export function createReleases(stateDirectory: string): Releases {
  const at = (stack: string): StackLayout => layoutOf(stateDirectory, stack);
  return {
    prepare: (stack, runKey, render) =>
      changing(at(stack), `Preparing a release of ${stack}`, (layout) =>
        prepare(layout, runKey, render),
      ),
    discard: (stack, runKey) =>
      changing(at(stack), `Discarding a release of ${stack}`, (layout) => discard(layout, runKey)),
    record: (release) =>
      changing(at(release.stack), `Recording release ${nameOf(release)}`, (layout) =>
        record(layout, release),
      ),
    setCurrent: (stack, number) =>
      changing(at(stack), `Making release ${number} of ${stack} current`, (layout) =>
        setCurrent(layout, number),
      ),
    remove: (stack, numbers) =>
      changing(at(stack), `Removing releases of ${stack}`, (layout) => remove(layout, numbers)),
    imagesOfOthers: (stack) =>
      onDisk('Listing the releases of every stack', () => imagesOfOthers(stateDirectory, stack)),
    list: (stack) => onDisk(`Listing the releases of ${stack}`, () => list(at(stack))),
    file: (stack, number) =>
      onDisk(`Looking for release ${number} of ${stack}`, async () => {
        await modelOf(at(stack), number);
        return at(stack).model(number);
      }),
    readModel: (stack, number) =>
      onDisk(`Reading release ${number} of ${stack}`, () => modelOf(at(stack), number)),
  };
}

/** Two runs never release one stack at once; an attempt that was given up may still write. */
async function changing<T>(
  layout: StackLayout,
  attempted: string,
  work: (layout: StackLayout) => Promise<T>,
): Promise<T> {
  return onDisk(attempted, async () => {
    await makeFolder(layout.folder);
    return withFileLock(layout.lock, () => work(layout));
  });
}

async function prepare(
  layout: StackLayout,
  runKey: string,
  render: (number: number) => string,
): Promise<PreparedRelease> {
  const number = (await preparedBy(layout, runKey)) ?? (await takeNumber(layout, runKey));
  const file = layout.model(number);
  // What is recorded serves requests: it is not written again.
  if ((await recordedIn(layout, number)) === undefined)
    await writeDurably(file, rendered(render, number));
  const modelHash = sha256(await modelOf(layout, number));
  return { number, file, modelHash };
}

/** What it throws by itself is no matter of the disk. */
function rendered(render: (number: number) => string, number: number): string {
  try {
    return render(number);
  } catch (error) {
    if (error instanceof AdapterError) throw error;
    const text = `Release ${number} could not be rendered: ${(error as Error).message}`;
    throw new AdapterError('InternalError', text, {}, { cause: error });
  }
}

/** Written down before it is used: a number that is lost in between is not used at all. */
async function takeNumber(layout: StackLayout, runKey: string): Promise<number> {
  const number = await nextNumber(layout);
  await writeDurably(layout.last, JSON.stringify({ number }));
  await writeDurably(layout.prepared(number), JSON.stringify({ runKey }));
  return number;
}

async function discard(layout: StackLayout, runKey: string): Promise<void> {
  const number = await preparedBy(layout, runKey);
  if (number === undefined || (await recordedIn(layout, number)) !== undefined) return;
  await throwAway(layout, number);
}

async function record(layout: StackLayout, release: Release): Promise<void> {
  const { number, runKey } = release;
  const prepared = await readJson<{ runKey: string }>(layout.prepared(number));
  if (prepared?.runKey !== runKey) {
    const by = prepared === undefined ? 'never prepared' : 'prepared by another run';
    throw new AdapterError('InternalError', `Release ${nameOf(release)} was ${by}: ${runKey}`);
  }
  await modelOf(layout, number);
  if ((await recordedIn(layout, number)) === undefined) {
    await writeDurably(layout.release(number), releaseRecordText(release));
  }
  await setCurrent(layout, number);
}

async function setCurrent(layout: StackLayout, number: number): Promise<void> {
  if ((await recordedIn(layout, number)) === undefined) throw noRelease(layout, number);
  if ((await currentOf(layout)) === number) return;
  await writeDurably(layout.current, JSON.stringify({ number }));
}

async function remove(layout: StackLayout, numbers: readonly number[]): Promise<void> {
  const current = await currentOf(layout);
  if (current !== undefined && numbers.includes(current)) {
    const text = `Release ${layout.stack}/${current} serves now, and was to be removed`;
    throw new AdapterError('InternalError', text);
  }
  for (const number of numbers) await throwAway(layout, number);
}

async function list(layout: StackLayout): Promise<ReleaseList> {
  const current = await currentOf(layout);
  const releases: Release[] = [];
  const unreadable: UnreadableRelease[] = [];
  for (const number of await releaseNumbers(layout)) {
    try {
      const release = await recordedIn(layout, number);
      if (release !== undefined) releases.push(release);
    } catch (error) {
      // One that nobody can read hides no other; without the one that serves nothing can be planned.
      if (!(error instanceof AdapterError) || number === current) throw error;
      unreadable.push({ number, reason: error.message });
    }
  }
  releases.sort((a, b) => b.number - a.number);
  const next = await nextNumber(layout);
  return {
    ...{ releases, next },
    ...(current === undefined ? {} : { current }),
    ...(unreadable.length === 0 ? {} : { unreadable }),
  };
}

async function imagesOfOthers(stateDirectory: string, stack: string): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for (const other of await stacksWithReleases(stateDirectory)) {
    if (other === stack) continue;
    const { releases } = await list(layoutOf(stateDirectory, other));
    for (const { image } of releases.flatMap(({ services }) => services)) ids.add(image.id);
  }
  return ids;
}

async function modelOf(layout: StackLayout, number: number): Promise<string> {
  const text = await readText(layout.model(number));
  if (text === undefined) throw noRelease(layout, number);
  return text;
}

function noRelease({ stack, folder }: StackLayout, number: number): AdapterError {
  return new AdapterError(
    'PreconditionFailed',
    `There is no release ${number} of ${stack} in ${folder}`,
    { advice: '`pawl releases` lists those that this host keeps.' },
  );
}

function nameOf({ stack, number }: Release): string {
  return `${stack}/${number}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
