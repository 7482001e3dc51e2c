import type { Invocation } from '../command';
import { answer } from '../runs/answer-run';

export function run(invocation: Invocation): Promise<number> {
  return answer(invocation, 'approve');
}
