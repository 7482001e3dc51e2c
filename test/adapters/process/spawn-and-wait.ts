import { writeFileSync } from 'node:fs';
import { hostRunner } from '../../../activities/adapters/process/run-command';

/** A worker to be killed: starts a program that would run for ten minutes, and tells both process ids. */
async function main(): Promise<void> {
  const script = 'console.log(process.pid); setTimeout(() => {}, 600_000)';
  const { stdout } = await hostRunner.spawn([process.execPath, '-e', script]);
  stdout.once('data', (pid: Buffer) => {
    writeFileSync(process.argv[2] ?? '', `${process.pid} ${pid.toString()}`);
  });
}

void main();
