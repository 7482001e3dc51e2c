import type { Invocation } from '../../command';
import { forgetRequest } from './request';
import { sender } from '../../runs/sender';
import { startAsShown } from '../../runs/start-as-shown';
import { loadStack } from '../../stack';
import { confirmByYes } from '../../terminal/ask';

export async function run(invocation: Invocation): Promise<number> {
  const stack = await loadStack(invocation.globals);
  const request = forgetRequest(stack, invocation.flags, sender());
  const { globals, output } = invocation;
  return startAsShown(invocation, request, () =>
    confirmByYes(output, globals.yes, `Give ${stack.name} back to plain Compose`),
  );
}
