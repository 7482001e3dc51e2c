import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeptLog } from '../../../workflows/model/kept-log';
import type { KeptLogs } from '../../ports/kept-logs';
import { isMissing, onDisk, safeFileName, writeDurably } from './durable-files';
import { readJson } from './read-files';

/** Runs of a stack whose containers' output is kept. */
const KEPT_RUNS = 50;

/** `KeptLogs` as files `logs/<stack>/<run's number>/<container>.json` in the state directory. */
export function createKeptLogs(stateDirectory: string): KeptLogs {
  const folderOf = (stack: string): string => join(stateDirectory, 'logs', safeFileName(stack));
  return {
    keep: (stack, log) =>
      onDisk(`Keeping the log of ${log.container}`, async () => {
        const folder = folderOf(stack);
        const file = join(folder, numberOf(log.run), `${safeFileName(log.container)}.json`);
        await writeDurably(file, JSON.stringify(log));
        await dropOldest(folder);
      }),
    list: (stack, run) =>
      onDisk(`Reading the logs of ${run}`, async () => {
        const folder = join(folderOf(stack), numberOf(run));
        const files = (await namesIn(folder)).filter((name) => name.endsWith('.json'));
        const found = await Promise.all(files.map((name) => readJson<KeptLog>(join(folder, name))));
        const logs = found.flatMap((log) => (log?.run === run ? [log] : []));
        return logs.sort((a, b) => (a.text < b.text ? -1 : 1));
      }),
  };
}

/** `melvin/42` → `42`. */
function numberOf(run: string): string {
  const number = Number(run.slice(run.lastIndexOf('/') + 1));
  return Number.isSafeInteger(number) ? String(number) : '0';
}

async function dropOldest(folder: string): Promise<void> {
  const numbers = (await namesIn(folder)).map(Number).filter(Number.isSafeInteger);
  const old = numbers.sort((a, b) => b - a).slice(KEPT_RUNS);
  for (const number of old)
    await rm(join(folder, String(number)), { recursive: true, force: true });
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
}
