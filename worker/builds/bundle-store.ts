import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  isMissing,
  onDisk,
  writeDurably,
} from '../../activities/adapters/state-directory/durable-files';
import { buildIdOf, NotABundleError } from '../workflow-bundle';

/** The workflow code of a build, as this host keeps it. */
export interface KeptBundle {
  readonly buildId: string;
  readonly path: string;
  /** Of pawl. */
  readonly version: string;
  /** ISO 8601, UTC. */
  readonly keptAt: string;
}

export interface BundleStore {
  /**
   * Keeps a bundle under its build id, whole or not at all.
   * Retry:  safe; one that is kept already stays as it is
   */
  keep(bundlePath: string, version: string): Promise<KeptBundle>;
  /** Those that are kept and are what their names say, the oldest first; `damaged`: ids of those that are not. */
  list(): Promise<{ readonly bundles: readonly KeptBundle[]; readonly damaged: readonly string[] }>;
  /** Retry:  safe */
  drop(buildId: string): Promise<void>;
}

/** In the state directory, for it must outlive an installation: `bundles/<build>.js`, and beside it what it is. */
export function createBundleStore(stateDirectory: string): BundleStore {
  const folder = join(stateDirectory, 'bundles');
  const scriptOf = (buildId: string): string => join(folder, `${buildId}.js`);
  const factsOf = (buildId: string): string => join(folder, `${buildId}.json`);
  const read = async (buildId: string): Promise<KeptBundle | undefined> => {
    const path = scriptOf(buildId);
    if ((await readBuildId(path)) !== buildId) return undefined;
    return { buildId, path, ...(await readFacts(factsOf(buildId))) };
  };
  return {
    keep: (bundlePath, version) =>
      onDisk('keeping the workflow code of this version', async () => {
        const buildId = await buildIdOf(bundlePath);
        const kept = await read(buildId);
        if (kept !== undefined) return kept;
        const facts = { version, keptAt: new Date().toISOString() };
        // The script last: it makes the bundle be there.
        await writeDurably(factsOf(buildId), `${JSON.stringify(facts)}\n`);
        await writeDurably(scriptOf(buildId), await readFile(bundlePath, 'utf8'));
        return { buildId, path: scriptOf(buildId), ...facts };
      }),
    list: async () => {
      const ids = (await namesIn(folder)).flatMap(
        (name) => /^([0-9a-f]+)\.js$/.exec(name)?.[1] ?? [],
      );
      const found = await Promise.all(ids.map(async (id) => [id, await read(id)] as const));
      const bundles = found.flatMap(([, bundle]) => bundle ?? []);
      return {
        bundles: bundles.sort((a, b) => a.keptAt.localeCompare(b.keptAt)),
        damaged: found.filter(([, bundle]) => bundle === undefined).map(([id]) => id),
      };
    },
    drop: async (buildId) => {
      await rm(scriptOf(buildId), { force: true });
      await rm(factsOf(buildId), { force: true });
    },
  };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Undefined of what is no bundle. */
async function readBuildId(path: string): Promise<string | undefined> {
  try {
    return await buildIdOf(path);
  } catch (error) {
    if (isMissing(error) || error instanceof NotABundleError) return undefined;
    throw error;
  }
}

/** What is known of it; a bundle that was put back by hand may have come alone. */
async function readFacts(path: string): Promise<Pick<KeptBundle, 'version' | 'keptAt'>> {
  try {
    const facts = JSON.parse(await readFile(path, 'utf8')) as Partial<KeptBundle>;
    return { version: String(facts.version), keptAt: String(facts.keptAt) };
  } catch (error) {
    if (!isMissing(error) && !(error instanceof SyntaxError)) throw error;
    return { version: 'unknown', keptAt: '' };
  }
}
