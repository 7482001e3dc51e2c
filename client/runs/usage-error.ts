import { ClientError } from '../client-error';
import type { Flags } from '../command';
import { EXIT_CODES } from '../exit-codes';

/** What was asked for cannot be: nothing was started, exit 2. */
export function usageError(message: string, advice: string): ClientError {
  return new ClientError(EXIT_CODES.usage, message, { advice, reason: 'usage' });
}

/** The `-m` of what must be explained. Throws: ClientError (usage) */
export function requireReason({ message }: Flags, what: string): string {
  const reason = message?.trim();
  if (reason) return reason;
  throw usageError(`A ${what} needs a reason.`, 'Add -m "why".');
}
