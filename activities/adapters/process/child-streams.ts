import type { ChildProcess } from 'node:child_process';
import { PassThrough, Writable, type Readable } from 'node:stream';

/** Half of what Linux keeps in a pipe for us anyway. */
const BUFFER_BYTES = 64 * 1024;

type Done = (error?: Error | null) => void;

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

/**
 * The program's stdin. A broken pipe is no failure of its own: the exit says why the program stopped reading.
 *
 * Not `child.stdin` itself: Node destroys that when the program exits, so a program that is content with the last byte
 * and does not wait for the end of file (tar) would make a pipeline fail with "Premature close" now and then.
 */
export function standardInput(child: ChildProcess): Writable | null {
  const { stdin } = child;
  if (stdin === null) return null;
  stdin.on('error', () => undefined);
  /** A chunk counts as written when the kernel has it: until then its memory must not change. */
  const hand = (chunks: readonly Buffer[], done: Done): void => {
    if (stdin.destroyed) {
      done();
      return;
    }
    const last = chunks.length - 1;
    const written = (): void => {
      done();
    };
    stdin.cork();
    chunks.forEach((chunk, at) => {
      stdin.write(chunk, at === last ? written : undefined);
    });
    stdin.uncork();
  };
  return new Writable({
    highWaterMark: BUFFER_BYTES,
    write(chunk: Buffer, _encoding, done) {
      hand([chunk], done);
    },
    // All that has gathered goes in one system call.
    writev(chunks, done) {
      hand(
        chunks.map(({ chunk }) => chunk as Buffer),
        done,
      );
    },
    final(done) {
      if (stdin.destroyed) done();
      else {
        stdin.end(() => {
          done();
        });
      }
    },
    destroy(error, done) {
      stdin.destroy();
      done(error);
    },
  });
}
