import type { ChildProcess } from 'node:child_process';
import { PassThrough, type Readable, type Writable } from 'node:stream';

/** Half of what Linux keeps in a pipe for us anyway. */
const BUFFER_BYTES = 64 * 1024;

/**
 * The program's stdout, read no faster than its consumer reads.
 *
 * Not `child.stdout` itself: Node throws away what a program printed and nobody has read yet at the moment it exits
 * (lib/internal/child_process.js, flushStdio), so the dump of a small database would be lost to a slow consumer.
 */
export function standardOutput(child: ChildProcess): Readable {
  const output = new PassThrough({ highWaterMark: BUFFER_BYTES });
  const { stdout } = child;
  if (stdout === null) return output.end();
  stdout.once('error', (error) => output.destroy(error));
  // A consumer that gives up closes the pipe: the program then ends by SIGPIPE instead of waiting for ever.
  output.once('close', () => stdout.destroy());
  return stdout.pipe(output);
}

/** The program's stdin. A broken pipe is no failure of its own: the exit says why the program stopped reading. */
export function standardInput(child: ChildProcess): Writable | null {
  return child.stdin?.on('error', () => undefined) ?? null;
}
