import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { withSession, type Session } from '../temporal/session';
import { interruptible, pause } from '../terminal/interrupt';
import { runDocker } from '../terminal/run-docker';
import { containersHere } from './where';

/** How soon what serves after a release is followed too. */
const LOOK_MILLISECONDS = 30_000;

/** What the containers write that serve, whichever slot that is; with `--follow` also those that come to serve. */
export async function logsOfService(invocation: Invocation, service: string): Promise<number> {
  const follow = invocation.flags.follow ?? false;
  return withSession(invocation, (session) =>
    interruptible(
      () => undefined,
      (signal) =>
        follow
          ? followServing(session, invocation, service, signal)
          : printServing(session, invocation, service),
    ),
  );
}

async function printServing(
  session: Session,
  invocation: Invocation,
  service: string,
): Promise<number> {
  let code: number = EXIT_CODES.done;
  for (const { id } of await containersHere(session, invocation, service)) {
    code = Math.max(code, await runDocker(['logs', id], 'inherit'));
  }
  return code;
}

async function followServing(
  session: Session,
  invocation: Invocation,
  service: string,
  signal: AbortSignal,
): Promise<number> {
  const followed = new Map<string, Promise<number>>();
  while (!signal.aborted) {
    for (const { id, name } of await containersHere(session, invocation, service)) {
      if (followed.has(id)) continue;
      invocation.output.note(`Following ${name}.`);
      followed.set(id, runDocker(['logs', '--follow', id], 'inherit', signal));
    }
    await pause(LOOK_MILLISECONDS, signal);
  }
  return EXIT_CODES.done;
}
