import { hostname, userInfo } from 'node:os';

/** Who asks, as far as a command line can know: told to everyone who looks, proves nothing. */
export function requester(): string {
  return `${userName()}@${hostname()}`;
}

/** A user without an entry in the machine's list of users, as containers often run one, is known by its number. */
function userName(): string {
  try {
    return userInfo().username;
  } catch (error) {
    const uid = process.getuid?.();
    if (uid === undefined || (error as NodeJS.ErrnoException).code !== 'ERR_SYSTEM_ERROR')
      throw error;
    return String(uid);
  }
}
