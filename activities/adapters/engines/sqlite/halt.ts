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
  /** Starts again what `stop` has stopped, whoever called it. Returns what a person should know of it, in sentences. */
  start(): Promise<readonly string[]>;
}

/** Of a database that is no service's: nobody is known. */
export const NO_HALT: Halt = { stop: () => Promise.resolve(), start: () => Promise.resolve([]) };

interface Stopped {
  readonly ids: readonly string[];
  /** ISO 8601, UTC. */
  readonly since: string;
}

/** Stops a service's containers. Which ones is written down first, in the folder `keep`, so that any attempt can start them. */
export function haltService(
  services: ServiceFiles,
  { site, service }: { readonly site: Site; readonly service: string },
  { keep }: RestoreLayout,
  attempt: Attempt,
): Halt {
  return {
    stop: async () => {
      let stopped = await inOwn(keep, readStopped);
      if (stopped === undefined) {
        const ids = (await services.running(site, service)).map(({ id }) => id);
        const record = { ids, since: new Date().toISOString() };
        await inOwn(keep, (at) => writeStopped(at, record));
        stopped = record;
      }
      for (const id of stopped.ids) await services.stop(id, attempt);
    },
    start: async () => {
      const stopped = await inOwn(keep, readStopped);
      if (stopped === undefined) return [];
      for (const id of stopped.ids) await services.start(id, attempt);
      await inOwn(keep, (at) => rm(`${at}/stopped`, { force: true }));
      if (stopped.ids.length === 0) return [];
      const seconds = (Date.now() - Date.parse(stopped.since)) / 1000;
      return [`Service ${service} was stopped for ${seconds.toFixed(1)} s.`];
    },
  };
}

async function readStopped(at: string): Promise<Stopped | undefined> {
  const text = await readFile(`${at}/stopped`, 'utf8').catch(unlessMissing);
  return text === undefined ? undefined : (JSON.parse(text) as Stopped);
}

/** Whole or not at all. */
async function writeStopped(at: string, stopped: Stopped): Promise<void> {
  await writeFile(`${at}/stopping`, JSON.stringify(stopped));
  await rename(`${at}/stopping`, `${at}/stopped`);
  await flush(at);
}
