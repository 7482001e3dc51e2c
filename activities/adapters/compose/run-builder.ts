import type { OnProgress } from '../../ports/attempt';
import type { CommandOptions, CommandRunner } from '../../ports/command-runner';
import { lastBytes } from '../process/last-bytes';
import type { AdapterError } from '../../ports/adapter-error';
import type { EndedBuild } from './build-failure';

/** What failed stands in a build's last lines. */
const OUTPUT_KEPT_BYTES = 2_500;

/**
 * Runs a command that may say very much for very long: each word is progress, the last ones are kept.
 * Throws: what `explain` makes of an exit that is not 0 · the signal's reason
 */
export async function runBuilder(
  runner: CommandRunner,
  argv: readonly string[],
  options: CommandOptions & { readonly onProgress: OnProgress },
  explain: (ended: Pick<EndedBuild, 'argv' | 'exit' | 'output'>) => AdapterError,
): Promise<void> {
  const { onProgress, ...spawning } = options;
  const onStderrLine = (): void => {
    onProgress();
  };
  const command = await runner.spawn(argv, { ...spawning, onStderrLine });
  const output = lastBytes(OUTPUT_KEPT_BYTES);
  for await (const chunk of command.stdout as AsyncIterable<Buffer>) {
    output.add(chunk);
    onProgress();
  }
  const exit = await command.exit;
  options.signal?.throwIfAborted();
  if (exit.code === 0) return;
  throw explain({ argv: command.argv, exit, output: output.text((text) => text) });
}
