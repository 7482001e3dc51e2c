import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { renderStatus } from '../render/status';
import { renderStatusList } from '../render/status-list';
import { loadStack } from '../stack';
import { gatherStatus } from '../status/gather-status';
import type { StackStatus } from '../status/gather-status';
import { worstFirst } from '../status/concerns';
import { startWorker } from '../temporal/require-worker';
import { withSession } from '../temporal/session';
import { listStacks } from '../temporal/stack-list';

export async function run(invocation: Invocation): Promise<number> {
  return invocation.flags.all === true ? showAll(invocation) : showOne(invocation);
}

async function showOne(invocation: Invocation): Promise<number> {
  const { globals, output } = invocation;
  const description = await loadStack(globals);
  const { name: stack, host } = description;
  const status = await withSession(invocation, (session) =>
    output.waiting(`asking host ${host}`, gatherStatus(session, { stack, host, description })),
  );
  output.json('pawl/status@1', asJson(status));
  output.result(renderStatus(status, output.colours, Date.now(), output.textWidth));
  if (!status.worker) output.note(`No worker of host "${host}" is connected. ${startWorker(host)}`);
  return EXIT_CODES.done;
}

/** Needs no stack file: the server knows the stacks, and their newest runs how they are described. */
async function showAll(invocation: Invocation): Promise<number> {
  const { output } = invocation;
  const all = await withSession(invocation, async (session) => {
    const stacks = await listStacks(session);
    const asked = Promise.all(stacks.map((subject) => gatherStatus(session, subject)));
    return output.waiting('asking every host', asked);
  });
  const now = Date.now();
  const sorted = worstFirst(all, now);
  output.json('pawl/status-all@1', { stacks: sorted.map(asJson) });
  const none = 'The Temporal server knows no stack yet: `pawl backup` or `pawl deploy` begins one.';
  output.result(sorted.length > 0 ? renderStatusList(sorted, now, output.textWidth) : none);
  return EXIT_CODES.done;
}

/** `lastPoint` is the newest of all, whole or partial. */
function asJson(status: StackStatus): object {
  const { whole, partial } = status.points;
  return { ...status, lastPoint: partial ?? whole };
}
