import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { Attempt } from '../../../ports/attempt';
import type { ServiceFiles } from '../../../ports/service-files';
import type { Site } from '../../../ports/site';
import { flush, inOwn } from './own-folders';
import { unlessMissing } from './place';
import type { RestoreLayout } from './restore-layout';

/** Keeps the application away from its database while that is replaced. */
export interface Halt {
  /** Retry: what was written down by an earlier attempt counts, not what runs now. */
  stop(): Promise<void>;
  /** Starts again what `stop` has stopped, whoever called it. Does nothing when that is done. */
  start(): Promise<void>;
}

/** Of a database that is no service's: nobody is known. */
export const NO_HALT: Halt = { stop: () => Promise.resolve(), start: () => Promise.resolve() };

/** Stops a service's containers. Which ones is written down first, in the folder `keep`, so that any attempt can start them. */
export function haltService(
  services: ServiceFiles,
  { site, service }: { readonly site: Site; readonly service: string },
  { keep }: RestoreLayout,
  attempt: Attempt,
): Halt {
  return {
    stop: async () => {
      const written = await inOwn(keep, readStopped);
      const ids = written ?? (await services.running(site, service)).map(({ id }) => id);
      if (written === undefined) await inOwn(keep, (at) => writeStopped(at, ids));
      for (const id of ids) await services.stop(id, attempt);
    },
    start: async () => {
      const ids = await inOwn(keep, readStopped);
      if (ids === undefined) return;
      for (const id of ids) await services.start(id, attempt);
      await inOwn(keep, (at) => rm(`${at}/stopped`, { force: true }));
    },
  };
}

async function readStopped(at: string): Promise<readonly string[] | undefined> {
  const text = await readFile(`${at}/stopped`, 'utf8').catch(unlessMissing);
  return text?.split('\n').filter((id) => id !== '');
}

/** Whole or not at all. */
async function writeStopped(at: string, ids: readonly string[]): Promise<void> {
  await writeFile(`${at}/stopping`, ids.join('\n'));
  await rename(`${at}/stopping`, `${at}/stopped`);
  await flush(at);
}
