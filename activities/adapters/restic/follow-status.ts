import { createInterface } from 'node:readline';
import type { Attempt } from '../../ports/attempt';
import { parseStatus } from './events';
import { createPatience } from './patience';
import type { RunningRestic } from './restic';

/**
 * Follows what a command says of itself each second: files and bytes that move are progress; while none do, restic may be
 * waiting for a slow repository. Returns the last line that was no such word.
 */
export async function followStatus(
  running: Pick<RunningRestic, 'stdout' | 'exit'>,
  { onProgress }: Attempt,
): Promise<string> {
  const patience = createPatience(onProgress);
  let last = '';
  let seen = { bytes: 0, files: 0 };
  const read = async (): Promise<void> => {
    for await (const line of createInterface({ input: running.stdout })) {
      const status = parseStatus(line);
      if (status === undefined) last = line;
      else if (status.bytes === seen.bytes && status.files === seen.files) patience.signOfLife();
      else onProgress((seen = status).bytes);
    }
  };
  await patience.during(read());
  return last;
}
