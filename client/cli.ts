import { CommanderError } from 'commander';
import { ClientError } from './client-error';
import { COMMANDS } from './command-table';
import { EXIT_CODES } from './exit-codes';
import { buildProgram } from './program';
import type { Request } from './program';
import { Output } from './terminal/output';
import { pawlPackage } from './version';

/** Runs one command line; resolves with the exit code. Nothing it meets is thrown on. */
export async function runCli(argv: readonly string[]): Promise<number> {
  const requests: Request[] = [];
  const program = buildProgram(pawlPackage(), COMMANDS, (request) => requests.push(request));
  try {
    program.parse(argv.length === 0 ? ['--help'] : [...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.usage;
  }
  const [request] = requests;
  return request ? runRequest(request) : EXIT_CODES.usage;
}

async function runRequest({ spec, operands, flags, globals }: Request): Promise<number> {
  const output = new Output({
    json: globals.json ?? false,
    quiet: globals.quiet ?? false,
    verbose: globals.verbose ?? false,
    color: globals.color ?? true,
  });
  try {
    if (globals.dryRun && spec.changes) throw noDryRun(spec.name);
    const command = await spec.load?.();
    return (
      (await command?.run({ table: COMMANDS, operands, flags, globals, output })) ??
      EXIT_CODES.usage
    );
  } catch (error) {
    const { reportError } = await import('./report-error.js');
    return reportError(error, output);
  }
}

function noDryRun(name: string): ClientError {
  return new ClientError(EXIT_CODES.usage, `pawl ${name} has no plan to show: -n is not for it.`, {
    reason: 'usage',
  });
}
