import type { Invocation } from '../command';
import { rollbackRequest } from '../runs/requests';
import { sender } from '../runs/sender';
import { startAsShown } from '../runs/start-as-shown';
import { loadStack } from '../stack';

export async function run(invocation: Invocation): Promise<number> {
  const stack = await loadStack(invocation.globals);
  const request = rollbackRequest(stack, invocation.flags, sender());
  return startAsShown(invocation, request, `Roll ${stack.name} back`);
}
