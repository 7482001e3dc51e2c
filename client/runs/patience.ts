import type { Flags } from '../command';
import { parseDuration } from './parse-time';

/** How long a command stays with its run. The run itself goes on in any case. */
export interface Patience {
  readonly detach: boolean;
  /** Whether to take a place behind other runs. */
  readonly queue: boolean;
  readonly timeoutSeconds: number;
}

/** Throws: ClientError (usage) on a bad `--timeout`, before anything is asked of a server. */
export function readPatience({ detach, wait, timeout }: Flags): Patience {
  return {
    detach: detach ?? false,
    queue: wait !== false,
    timeoutSeconds: timeout === undefined ? Infinity : parseDuration(timeout),
  };
}
