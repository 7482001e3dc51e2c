import { rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLock } from '../../../activities/adapters/process/file-lock';

/*
 * Works under a lock again and again: `lock-and-work.ts LOCK ROUNDS`. Prints its id as often as it has had the lock; ends
 * with 1 when another living process has it too. With DIES, it is killed while it has it.
 */
const [lock = '', rounds = '', dies] = process.argv.slice(2);
const inside = `${lock}.inside`;

async function main(): Promise<void> {
  for (let round = 0; round < Number(rounds); round += 1) await withLock(lock, work);
  if (dies !== undefined) await withLock(lock, die);
}

/** A file that is made anew each time: whoever dies has none. */
async function work(): Promise<void> {
  writeFileSync(inside, '', { flag: 'wx' });
  await sleep(Math.random() * 3);
  rmSync(inside);
  process.stdout.write(`${process.pid}\n`);
}

function die(): Promise<void> {
  process.kill(process.pid, 'SIGKILL');
  return sleep(60_000);
}

void main();
