import type { Invocation } from '../../command';
import { rollbackRequest } from './request';
import { sender } from '../../runs/sender';
import { startAsShown } from '../../runs/start-as-shown';
import { loadStack } from '../../stack';
import { confirmByName, confirmByYes, type Confirmation } from '../../terminal/ask';

export async function run(invocation: Invocation): Promise<number> {
  const stack = await loadStack(invocation.globals);
  const request = rollbackRequest(stack, invocation.flags, sender());
  return startAsShown(invocation, request, () => confirmation(invocation, stack.name));
}

/** What replaces data wants the stack's name, as a restore does. */
function confirmation({ flags, globals, output }: Invocation, name: string): Confirmation {
  if (flags.schema !== 'restore') return confirmByYes(output, globals.yes, `Roll ${name} back`);
  const what = 'This replaces what the stack works with now.';
  return confirmByName(output, flags.confirm, { name, what });
}
