import { ClientError } from '../client-error';
import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { answer } from '../runs/answer-run';

export async function run(invocation: Invocation): Promise<number> {
  if (!invocation.flags.message?.trim()) {
    throw new ClientError(EXIT_CODES.usage, 'A rejection needs a reason.', {
      advice: 'Add -m "why".',
      reason: 'usage',
    });
  }
  return answer(invocation, 'reject');
}
