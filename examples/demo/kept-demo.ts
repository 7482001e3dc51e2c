import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PawlOnThisHost } from './pawl-on-this-host';
import type { DemoDatabase } from './start-database';
import { chapter, tell } from './timeline';

/** `--keep`: this process stays in the foreground with all it started, until Ctrl-C. */
export async function keepRunning(
  folder: string,
  pawl: PawlOnThisHost,
  database: DemoDatabase,
): Promise<never> {
  await writeFile(join(folder, 'demo.pid'), String(process.pid));
  chapter('Kept for a look: Ctrl-C ends it');
  tell(`UI ${pawl.ui}, PostgreSQL on port ${database.port}, data in ${folder}`);
  return new Promise<never>(() => undefined);
}

/** A demo that was kept in another terminal holds the folder: it is ended first, as Ctrl-C there would. */
export async function endEarlierDemo(folder: string): Promise<void> {
  const text = await readFile(join(folder, 'demo.pid'), 'utf8').catch(() => undefined);
  const pid = Number(text);
  if (text === undefined || !(await isDemo(pid))) return;
  tell(`ending the demo that was kept (process ${pid})`);
  process.kill(pid, 'SIGTERM');
  while (await isDemo(pid)) await sleep(100);
}

/** A pid may have gone to somebody else since. */
async function isDemo(pid: number): Promise<boolean> {
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return line.includes('demo');
}
