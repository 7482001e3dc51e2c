import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { PawlEnvironment } from '../../support/pawl-environment';
import { until } from '../../support/processes';

/** Each tag an option of its own: a list of what is there names them in one. */
const UPLOAD = '--tag=pawl-part --tag=';

interface Program {
  readonly pid: number;
  readonly commandLine: string;
}

/** Programs that this worker runs now and whose command line holds `text`. */
async function programsOf(pawl: PawlEnvironment, text: string): Promise<Program[]> {
  const { workerPid } = pawl;
  const path = `/proc/${workerPid}/task/${workerPid}/children`;
  const pids = (await readFile(path, 'utf8')).split(' ').map(Number).filter(Boolean);
  const programs = await Promise.all(
    pids.map(async (pid) => ({ pid, commandLine: await commandLineOf(pid) })),
  );
  return programs.filter(({ commandLine }) => commandLine.includes(text));
}

async function commandLineOf(pid: number): Promise<string> {
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return line.replaceAll('\0', ' ');
}

/** Waits until the worker runs such a program. */
export async function programOf(pawl: PawlEnvironment, text: string): Promise<number> {
  const { pid } = await until(async () => (await programsOf(pawl, text))[0], 60);
  return pid;
}

/**
 * Holds the worker's upload of a part still before it has read a byte, so that the dump that feeds it stands in its
 * middle: the pipes between them are full. Returns how to let it go on.
 */
export async function holdUpload(
  pawl: PawlEnvironment,
): Promise<{ readonly pid: number; release(): void }> {
  const pid = await programOf(pawl, UPLOAD);
  process.kill(pid, 'SIGSTOP');
  return { pid, release: () => void process.kill(pid, 'SIGCONT') };
}

export interface HeldUploads {
  /** How many of them are there still. */
  alive(): number;
  release(): void;
}

/** As `holdUpload`, until so many are held. */
export async function holdUploads(pawl: PawlEnvironment, count: number): Promise<HeldUploads> {
  const held = new Set<number>();
  await until(async () => {
    for (const { pid } of await programsOf(pawl, UPLOAD)) {
      if (!held.has(pid)) process.kill(pid, 'SIGSTOP');
      held.add(pid);
    }
    return held.size >= count ? true : undefined;
  }, 120);
  return {
    alive: () => [...held].filter((pid) => existsSync(`/proc/${pid}`)).length,
    release: () => {
      for (const pid of held) if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGCONT');
      held.clear();
    },
  };
}
