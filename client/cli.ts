import { CommanderError } from 'commander';
import type { Command } from 'commander';
import { ClientError } from './client-error';
import { COMMANDS } from './command-table';
import { EXIT_CODES } from './exit-codes';
import { buildProgram, helpOf } from './program';
import type { Request } from './program';
import { Output } from './terminal/output';
import { ofThisProcess, type Surroundings } from './surroundings';
import { pawlPackage } from './version';

/** Runs one command line; resolves with the exit code. Nothing it meets is thrown on. */
export async function runCli(
  argv: readonly string[],
  surroundings: Surroundings = ofThisProcess(),
): Promise<number> {
  const requests: Request[] = [];
  const program = buildProgram(
    pawlPackage(),
    COMMANDS,
    (request) => requests.push(request),
    surroundings,
  );
  const json = asksForJson(argv);
  // What commander writes beside the error is its own: the document has all of it.
  if (json) writeNoErrors(program);
  try {
    program.parse(argv.length === 0 ? ['--help'] : [...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT_CODES.done;
    return json ? reportUsage(error, commandOf(program, argv), surroundings) : EXIT_CODES.usage;
  }
  const [request] = requests;
  return request ? runRequest(request, surroundings) : EXIT_CODES.usage;
}

/** Whatever else is wrong with the command line: a program that asks for JSON reads JSON. */
function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end < 0 ? undefined : end).includes('--json');
}

function writeNoErrors(command: Command): void {
  command.configureOutput({ writeErr: () => undefined, outputError: () => undefined });
  for (const subcommand of command.commands) writeNoErrors(subcommand);
}

/** The command that the words name, as far as they name one. */
function commandOf(program: Command, argv: readonly string[]): Command {
  let command = program;
  for (const word of argv) {
    command = command.commands.find((candidate) => candidate.name() === word) ?? command;
  }
  return command;
}

async function reportUsage(
  { code, message: text }: CommanderError,
  command: Command,
  surroundings: Surroundings,
): Promise<number> {
  const { reportError } = await import('./report-error.js');
  const isGroup = code === 'commander.help';
  const message = isGroup
    ? 'The command is incomplete.'
    : text.replace(/^error: /, '').replace(/\n/g, ' ');
  const advice =
    command.parent === null
      ? '`pawl --help` lists commands and options.'
      : `\`${helpOf(command)}\` shows its arguments and options.`;
  const error = new ClientError(EXIT_CODES.usage, message, { advice, reason: 'usage' });
  const style = { json: true, quiet: false, verbose: false, color: false };
  return reportError(error, new Output(style, surroundings));
}

async function runRequest(
  { spec, operands, flags, globals: options }: Request,
  surroundings: Surroundings,
): Promise<number> {
  const { json = false, quiet = false, verbose = false, color = true } = options;
  const output = new Output({ json, quiet, verbose, color }, surroundings);
  const globals = { ...options, cwd: surroundings.cwd, env: surroundings.env };
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
