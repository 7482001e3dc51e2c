import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StackSources } from '../stack-file/read-stack';
import { cacheDirectory } from '../toolchain/cache-directory';
import { keepOwn, readOwn } from '../toolchain/own-cache';
import type { StackDescription } from '../workflows/model/stack';

/*
 * What a stack file says, as an earlier command read it: what reads YAML and checks it takes 25 ms of CPU to load, a tenth of
 * `pawl status`. It is known by the texts, the folder and the build of pawl, which is all that it comes from; a file that
 * has problems is not remembered. It holds no secrets: a stack file only says where they are.
 */

/** Stacks and their overlays, and versions of each. */
const KEPT_AT_MOST = 32;
const KIND = 'stack-';

export interface Memory {
  /** Undefined where pawl is not built: then nothing is remembered. */
  readonly build: string | undefined;
  readonly folder: string;
}

/** Safe to delete, like all of pawl's cache. */
export function memoryIn(environment: Readonly<NodeJS.ProcessEnv>): Memory {
  return { build: ownBuild(), folder: join(cacheDirectory(environment), 'stack-files') };
}

/** The description of this stack; `read` is called where it is not known yet. */
export async function remembered(
  sources: StackSources,
  { build, folder }: Memory,
  read: () => Promise<StackDescription>,
): Promise<StackDescription> {
  if (build === undefined) return read();
  const key = keyOf(build, sources);
  const file = `${KIND}${key}`;
  const known = parsed(readOwn(join(folder, file)));
  if (known?.key === key) return known.description;
  const description = await read();
  const kept = { folder, file, kind: KIND, atMost: KEPT_AT_MOST };
  keepOwn(kept, () => Buffer.from(JSON.stringify({ key, description } satisfies Entry)));
  return description;
}

interface Entry {
  /** As its name, which whoever may write to the folder could give to another entry. */
  readonly key: string;
  readonly description: StackDescription;
}

function keyOf(build: string, { base, overlay, ownFolder }: StackSources): string {
  const all = [build, ownFolder ?? null, base.text, overlay?.text ?? null];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex');
}

function parsed(bytes: Buffer | undefined): Entry | undefined {
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(bytes.toString()) as Entry;
  } catch {
    // Broken on the disk: it is written anew.
    return undefined;
  }
}

/** The sum of the sources that this was built from (toolchain/build-dist.cjs). */
function ownBuild(): string | undefined {
  try {
    return readFileSync(join(__dirname, '..', '.sources.sha256'), 'utf8');
  } catch {
    // It runs from its sources.
    return undefined;
  }
}
