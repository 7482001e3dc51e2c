import { withSourceLines } from '../toolchain/source-lines';
import { ToolchainError } from '../toolchain/toolchain-error';
import type { Logger } from './logging';
import {
  ConfigError,
  describeSettings,
  wrapHelp,
  type Environment,
  type Setting,
} from './settings';

/** The process cannot start because another holds what it needs: exit code 4. */
export class BusyError extends Error {
  override readonly name = 'BusyError';
}

/** A process that this one is made of did not come up; it has said why itself. Exit code 1. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

export interface Entry<Config> {
  readonly command: string;
  readonly about: string;
  readonly settings: Readonly<Record<string, Setting<unknown>>>;
  readConfig(argv: readonly string[], env: Environment): Config;
  createLogger(config: Config): Logger;
  run(config: Config, logger: Logger): Promise<void>;
}

/**
 * Runs a long-lived process to its end and exits: 0 stopped as asked, 1 failed, 2 told something impossible, 4 busy.
 * Exits by itself, so that no forgotten handle keeps a stopped process alive.
 */
export async function runEntry<Config>(entry: Entry<Config>): Promise<never> {
  const given = process.argv.slice(2);
  const argv = given.filter((argument) => argument !== '--json');
  const json = argv.length < given.length;
  if (argv.includes('--help') || argv.includes('-h')) {
    console.log(help(entry));
    process.exit(0);
  }
  let logger: Logger | undefined;
  const fail = (error: unknown): never => {
    report(entry.command, error, logger, json);
    process.exit(exitCodeOf(error));
  };
  process.on('uncaughtException', fail);
  try {
    const environment = json ? { PAWL_LOG_FORMAT: 'json', ...process.env } : process.env;
    const config = entry.readConfig(argv, environment);
    logger = entry.createLogger(config);
    await entry.run(config, logger);
    process.exit(0);
  } catch (error) {
    return fail(error);
  }
}

function help({ command, about, settings }: Entry<unknown>): string {
  const text = wrapHelp(about).join('\n');
  return `Usage: ${command} [options]\n\n${text}\n\nOptions:\n${describeSettings(settings, process.env)}\n`;
}

/** What a person can mend is told in words; what is our bug, with its place in the code. */
function report(command: string, error: unknown, logger: Logger | undefined, json: boolean): void {
  const expected = [ConfigError, BusyError, StartError, ToolchainError].some(
    (kind) => error instanceof kind,
  );
  if (expected || logger === undefined) {
    const message = error instanceof Error ? error.message : String(error);
    console.error(json ? errorDocument(error, message) : `${command}: ${message}`);
  } else {
    if (error instanceof Error) error.stack = withSourceLines(error.stack ?? error.message);
    logger.fatal({ err: error }, `${command} failed`);
  }
}

/** As the client's: a program that asks for JSON reads JSON, whichever command it gave. */
function errorDocument(error: unknown, message: string): string {
  const exitCode = exitCodeOf(error);
  const reason = exitCode === 2 ? 'usage' : exitCode === 4 ? 'ResourceBusy' : 'failed';
  return JSON.stringify({ schema: 'pawl/error@1', exitCode, reason, message });
}

function exitCodeOf(error: unknown): number {
  if (error instanceof ConfigError) return 2;
  return error instanceof BusyError ? 4 : 1;
}
