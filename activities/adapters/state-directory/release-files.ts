import { randomUUID } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Release } from '../../../workflows/model/release';
import { isMissing, syncFolder } from './durable-files';
import { parseRelease } from './parse-release';
import { readJson, readText } from './read-files';

/** Where everything of one stack's releases lies. */
export interface StackLayout {
  readonly stack: string;
  readonly folder: string;
  readonly lock: string;
  readonly last: string;
  readonly current: string;
  release(number: number): string;
  prepared(number: number): string;
  model(number: number): string;
}

/** What `layoutOf` may call a stack's folder. */
const ENCODED = /^(?:[\w.~!*'()-]|%[0-7][0-9A-F])+$/;

const THROWN_AWAY = '.thrown-away-';

export function layoutOf(stateDirectory: string, stack: string): StackLayout {
  // Dots are nothing special to encodeURIComponent, and two of them are the folder above.
  const encoded = encodeURIComponent(stack).replace(/^\./, '%2E');
  const folder = join(stateDirectory, 'releases', encoded);
  const within = (file: string) => (number: number) => join(folder, String(number), file);
  return {
    ...{ stack, folder, lock: join(folder, '.lock') },
    last: join(folder, 'last.json'),
    current: join(folder, 'current.json'),
    release: within('release.json'),
    prepared: within('prepared.json'),
    model: within('compose.yaml'),
  };
}

export async function stacksWithReleases(stateDirectory: string): Promise<readonly string[]> {
  const folder = join(stateDirectory, 'releases');
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const folders = entries.filter((entry) => entry.isDirectory() && ENCODED.test(entry.name));
  return folders.map(({ name }) => decodeURIComponent(name));
}

/** Of all folders, also of what was only prepared. */
export async function releaseNumbers({ folder }: StackLayout): Promise<number[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  return names.filter((name) => /^[1-9]\d*$/.test(name)).map(Number);
}

export async function nextNumber(layout: StackLayout): Promise<number> {
  const last = await readJson<{ number: number }>(layout.last);
  return Math.max(last?.number ?? 0, ...(await releaseNumbers(layout))) + 1;
}

/** The number that a run took. */
export async function preparedBy(layout: StackLayout, runKey: string): Promise<number | undefined> {
  for (const number of await releaseNumbers(layout)) {
    const prepared = await readJson<{ runKey: string }>(layout.prepared(number));
    if (prepared?.runKey === runKey) return number;
  }
  return undefined;
}

/** Undefined for what was only prepared. */
export async function recordedIn(
  layout: StackLayout,
  number: number,
): Promise<Release | undefined> {
  const file = layout.release(number);
  const text = await readText(file);
  return text === undefined ? undefined : parseRelease(text, file);
}

export async function currentOf(layout: StackLayout): Promise<number | undefined> {
  return (await readJson<{ number: number }>(layout.current))?.number;
}

/** Gone at once under its number, then emptied, with what an attempt that died has left to be emptied. Idempotent. */
export async function throwAway({ folder }: StackLayout, number: number): Promise<void> {
  const aside = join(folder, `${THROWN_AWAY}${number}-${randomUUID()}`);
  await rename(join(folder, String(number)), aside).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
  await syncFolder(folder);
  const names = await readdir(folder);
  for (const name of names.filter((each) => each.startsWith(THROWN_AWAY))) {
    await rm(join(folder, name), { recursive: true, force: true });
  }
}
