import type { Readable } from 'node:stream';
import { AdapterError } from '../../ports/adapter-error';
import type {
  CommandExit,
  CommandOptions,
  CommandRunner,
  RunningCommand,
} from '../../ports/command-runner';
import { commandFailed } from './command-failure';

const OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024;

export type RunOptions = CommandOptions & {
  readonly input?: string;
  readonly accept?: readonly number[];
};

/**
 * `CommandRunner.run` in terms of `CommandRunner.spawn`, for any place.
 * Throws: CommandFailed (unaccepted exit, more than 64 MiB of output) · the signal's reason
 */
export async function runToEnd(
  runner: Pick<CommandRunner, 'location' | 'spawn'>,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<{ stdout: string; exit: CommandExit }> {
  const { input, accept = [], ...spawnOptions } = options;
  const stdin = input === undefined ? 'ignore' : 'pipe';
  const command = await runner.spawn(argv, { ...spawnOptions, stdin });
  command.stdin?.end(input);
  const stdout = await readOutput(command);
  const exit = await command.exit;
  options.signal?.throwIfAborted();
  if (exit.code === 0 || (exit.code !== null && accept.includes(exit.code)))
    return { stdout, exit };
  throw commandFailed({ location: runner.location, argv, exit, secrets: options.secrets ?? [] });
}

/** All of a program's output. Throws: CommandFailed (more than 64 MiB) */
export async function readOutput(command: RunningCommand): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of command.stdout as Readable & AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > OUTPUT_LIMIT_BYTES) {
      await command.kill();
      throw new AdapterError('CommandFailed', `${command.argv[0] ?? ''} printed more than 64 MiB`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
