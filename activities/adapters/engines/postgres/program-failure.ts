import { AdapterError } from '../../../ports/adapter-error';
import type { CommandExit, RunningCommand } from '../../../ports/command-runner';
import { afterSeconds } from '../../process/command-failure';
import type { Access } from './connect/access';
import { adviceFor, kindOfText } from './failure-kind';

/**
 * The error of a program that did not end with 0: by what it printed, else by whether its server can still be reached
 * (a program in a container that is killed says nothing).
 */
export async function explainExit(
  command: RunningCommand,
  exit: CommandExit,
  access: Access,
  database: string,
): Promise<unknown> {
  const failure = programFailed(command, exit, access.place);
  if (failure.kind !== 'CommandFailed') return failure;
  try {
    const session = await access.connect(database);
    await session.close();
    return failure;
  } catch (error) {
    return error;
  }
}

function programFailed({ argv }: RunningCommand, exit: CommandExit, place: string): AdapterError {
  const program = argv[0]?.split('/').at(-1) ?? '';
  const end = exit.signal === null ? `exit code ${String(exit.code)}` : `signal ${exit.signal}`;
  const said = firstError(exit.stderrTail);
  const advice = adviceFor(exit.stderrTail);
  return new AdapterError(
    kindOfText(exit.stderrTail),
    `${program} ended with ${end}${afterSeconds(exit)} at ${place}: ${said}`,
    {
      argv,
      exitCode: exit.code,
      signal: exit.signal,
      stderrTail: exit.stderrTail,
      elapsedSeconds: exit.elapsedSeconds,
      ...(advice !== undefined && { advice }),
    },
  );
}

/** The first line that says `error`: what follows are its details and consequences. */
function firstError(stderr: string): string {
  const lines = stderr.trim().split('\n');
  return lines.find((line) => /error|fatal/i.test(line)) ?? lines.at(-1) ?? '';
}
