import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Remembers the command line of every process that is seen until `stop`, which returns them, one per line. */
export function watchCommandLines(): { stop(): Promise<string> } {
  const seen = new Set<string>();
  const stopping = new AbortController();
  const watching = watch(seen, stopping.signal);
  return {
    stop: async () => {
      stopping.abort();
      await watching;
      return [...seen].join('\n');
    },
  };
}

async function watch(seen: Set<string>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    for (const pid of pids) {
      // Most are gone between the list and the look.
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      if (line !== '') seen.add(line.replaceAll('\0', ' '));
    }
    await sleep(30);
  }
}
