import { AdapterError } from '../../../ports/adapter-error';
import type { CommandOptions, CommandRunner } from '../../../ports/command-runner';

const FLAGS = /^([-a-zA-Z]{10,}) +\.\/(.+)$/;

/**
 * The entries of the folder that it is run in which chattr has made immutable or append-only. Empty where there is no
 * lsattr, or a file system that has no such flags.
 */
export async function immutableEntries(
  runner: CommandRunner,
  options: CommandOptions,
): Promise<readonly string[]> {
  const lsattr = async (...argv: string[]): Promise<string> => {
    try {
      const { stdout } = await runner.run(['lsattr', ...argv], { ...options, accept: [1] });
      return stdout;
    } catch (error) {
      options.signal?.throwIfAborted();
      const isMissing = error instanceof AdapterError && error.kind === 'PreconditionFailed';
      if (isMissing || isOddExit(error)) return '';
      throw error;
    }
  };
  const named = flagged(await lsattr('-a', '.'));
  // A name with a line break could look like a line of another: each is asked once more by itself.
  const sure: string[] = [];
  for (const name of named) {
    if (flagged(await lsattr('-d', '--', `./${name}`)).includes(name)) sure.push(name);
  }
  return sure;
}

function flagged(output: string): readonly string[] {
  return output.split('\n').flatMap((line) => {
    const [, flags = '', name = ''] = FLAGS.exec(line) ?? [];
    return /[ia]/.test(flags) && !['.', '..'].includes(name) ? [name] : [];
  });
}

function isOddExit(error: unknown): boolean {
  return error instanceof AdapterError && error.kind === 'CommandFailed';
}
