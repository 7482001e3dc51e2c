import type Dockerode from 'dockerode';
import { FrameReader } from './demultiplex';
import { asking } from './docker-failure';
import { dockerStatus } from './docker-status';
import { lastBytes, type LastBytes } from '../process/last-bytes';
import { withoutEnvironment } from './without-environment';

const OUTPUT_BYTES = 64 * 1024;
const STDOUT = 1;

export interface ContainerOutput {
  /** The last 64 KiB of stdout and stderr, in the order in which the engine got them. */
  readonly output: string;
  readonly stdout: string;
}

interface Wanted {
  readonly id: string;
  readonly tty: boolean;
}

/**
 * All that an ended container wrote, in bounded memory. Read from the beginning: the engine counts the last lines over
 * both streams, so those of stdout alone cannot be asked for.
 */
export async function outputOfEnded(
  docker: Dockerode,
  { id, tty }: Wanted,
  signal: AbortSignal,
  onBytes: () => void,
): Promise<ContainerOutput> {
  const [output, stdout] = [lastBytes(OUTPUT_BYTES), lastBytes(OUTPUT_BYTES)];
  const add = collector(tty, output, stdout);
  try {
    const wanted = { stdout: true, stderr: true, follow: true, abortSignal: signal } as const;
    const stream = await docker.getContainer(id).logs(wanted);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      add(chunk);
      onBytes();
    }
  } catch (error) {
    output.add(Buffer.from(unreadable(error)));
  }
  return { output: output.text(), stdout: stdout.text() };
}

/** For a message: a container that is gone has no lines, and says nothing worse. */
export async function lastLines(docker: Dockerode, id: string, lines: number): Promise<string> {
  const output = lastBytes(OUTPUT_BYTES);
  let redact = (text: string): string => text;
  await asking(`Could not read the last lines of container ${id.slice(0, 12)}`, async () => {
    const container = docker.getContainer(id);
    try {
      const info = await container.inspect();
      redact = await withoutEnvironment(docker, info);
      const options = { stdout: true, stderr: true, tail: lines } as const;
      collector(info.Config.Tty, output)(await container.logs(options));
    } catch (error) {
      if (dockerStatus(error) !== 404) output.add(Buffer.from(unreadable(error)));
    }
  });
  return redact(output.text()).split('\n').slice(-lines).join('\n');
}

/** A terminal has one stream, without frames. */
export function collector(
  tty: boolean,
  both: LastBytes,
  stdout?: LastBytes,
): (chunk: Buffer) => void {
  if (tty) {
    return (chunk) => {
      both.add(chunk);
      stdout?.add(chunk);
    };
  }
  const frames = new FrameReader((stream, bytes) => {
    both.add(bytes);
    if (stream === STDOUT) stdout?.add(bytes);
  });
  return (chunk) => {
    frames.add(chunk);
  };
}

/** The exit code counts nevertheless: a log that is kept elsewhere is no failure of the command. */
export function unreadable(error: unknown): string {
  const reason = (error as Error).message;
  if (/does not support reading/.test(reason)) return `(not to be read here: ${reason.trim()})`;
  throw error;
}
