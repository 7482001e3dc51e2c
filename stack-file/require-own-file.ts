import { lstatSync, statSync, type Stats } from 'node:fs';
import { StackFileError } from './problem';

type Environment = Readonly<NodeJS.ProcessEnv>;

/**
 * Refuses a file that was found and not named, when somebody else may have put it there: it can name commands that run
 * as this user, or as the worker. The way of git's `safe.directory`. Root's own are trusted; those of whoever called
 * sudo too.
 * Throws: StackFileError
 */
export function requireOwnFile(path: string, shownName: string, env: Environment): void {
  const trusted = trustedUsers(env);
  if (trusted === undefined) return;
  const stranger = [lstatSync(path), statSync(path)].find(({ uid }) => !trusted.includes(uid));
  if (stranger !== undefined) throw refused(shownName, stranger);
}

/** Undefined where files have no owner. */
function trustedUsers(env: Environment): readonly number[] | undefined {
  const own = process.getuid?.();
  if (own === undefined) return undefined;
  const sudo = own === 0 ? Number(env['SUDO_UID'] ?? 0) : 0;
  return [0, own, sudo];
}

function refused(file: string, { uid }: Stats): StackFileError {
  const message =
    `belongs to another user (uid ${uid}), and a stack file can name commands to run; ` +
    `name it with -f ${file} if you trust it`;
  return new StackFileError([{ file, path: [], message }]);
}
