import type { Invocation } from '../command';
import { answer } from '../runs/answer-run';
import { requireReason } from '../runs/usage-error';

export async function run(invocation: Invocation): Promise<number> {
  requireReason(invocation.flags, 'rejection');
  return answer(invocation, 'reject');
}
