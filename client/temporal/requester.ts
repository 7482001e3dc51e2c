import { hostname, userInfo } from 'node:os';

/** Who asks, as far as a command line can know: told to everyone who looks, proves nothing. */
export function requester(): string {
  return `${userInfo().username}@${hostname()}`;
}
