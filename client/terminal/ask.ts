import { createInterface } from 'node:readline/promises';
import { ClientError } from '../client-error';
import { EXIT_CODES } from '../exit-codes';
import type { Output } from './output';

/** Whether a person is there to answer. `--json` is for programs: it never asks. */
function canAsk(output: Output): boolean {
  return output.stdin.isTTY === true && output.stderr.isTTY === true && !output.style.json;
}

/** Asks on standard error, so that a piped standard output stays clean. Ctrl-C: nothing was started, exit 130. */
async function ask({ stdin, stderr }: Output, question: string): Promise<string> {
  // A terminal, as `canAsk` has seen.
  const terminal = createInterface({ input: stdin, output: stderr as NodeJS.WritableStream });
  const controller = new AbortController();
  terminal.on('SIGINT', () => {
    controller.abort();
  });
  try {
    return (await terminal.question(question, { signal: controller.signal })).trim();
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    throw new ClientError(EXIT_CODES.detached, 'Left at the question; nothing was started.', {
      reason: 'interrupted',
    });
  } finally {
    terminal.close();
  }
}

/** Asks when it is called; whether it will be able to was checked when it was made. */
export type Confirmation = () => Promise<void>;

/** Moderate danger: `-y`, or a yes. */
export function confirmByYes(output: Output, yes: boolean | undefined, what: string): Confirmation {
  if (yes) return () => Promise.resolve();
  if (!canAsk(output)) {
    throw new ClientError(EXIT_CODES.usage, `${what} needs a yes, and nobody can be asked here.`, {
      advice: 'Add -y.',
      reason: 'not-confirmed',
    });
  }
  return async () => {
    if (!/^y(es)?$/i.test(await ask(output, `${what}? [y/N] `))) throw notConfirmed();
  };
}

/** Severe danger, told as `what`: the name, typed or given as `--confirm=NAME`; `-y` is not enough. */
export function confirmByName(
  output: Output,
  given: string | undefined,
  { name, what }: { readonly name: string; readonly what: string },
): Confirmation {
  if (given === name) return () => Promise.resolve();
  if (given !== undefined) {
    throw new ClientError(EXIT_CODES.usage, `--confirm names "${given}", the stack is "${name}".`, {
      reason: 'not-confirmed',
    });
  }
  if (!canAsk(output)) {
    throw new ClientError(EXIT_CODES.usage, what, {
      advice: `Add --confirm=${name} when that is what you want.`,
      reason: 'not-confirmed',
    });
  }
  return async () => {
    if ((await ask(output, `Type the stack's name (${name}) to go on: `)) !== name)
      throw notConfirmed();
  };
}

function notConfirmed(): ClientError {
  return new ClientError(EXIT_CODES.usage, 'Not confirmed; nothing was started.', {
    reason: 'not-confirmed',
  });
}
