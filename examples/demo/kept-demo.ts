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
): Promise<void> {
  const pidFile = join(folder, 'demo.pid');
  await writeFile(pidFile, String(process.pid));
  chapter('Kept for a look: Ctrl-C ends it');
  tell(`UI ${pawl.ui}, PostgreSQL on port ${database.port}, data in ${folder}`);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        resolve();
      });
  });
  await Promise.all([pawl.stop(), database.stop()]);
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
