import type { ReleaseDiff } from '../../workflows/model/release';
import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { renderReleaseDiff } from '../render/release-diff';
import { readRelease } from '../runs/request';
import { loadStack } from '../stack';
import { askWorker } from '../temporal/ask-worker';
import { withSession } from '../temporal/session';

export async function run(invocation: Invocation): Promise<number> {
  const { operands, globals, output } = invocation;
  const from = readRelease(operands[0] ?? '');
  const to = operands[1] === undefined ? {} : { to: readRelease(operands[1]) };
  const stack = await loadStack(globals);
  const diff = await withSession(invocation, (session) =>
    askWorker<ReleaseDiff>(session, output, {
      ...{ stack, type: 'releaseDiff', prefix: 'release-diff', input: { stack, from, ...to } },
    }),
  );
  output.json('pawl/releases-diff@1', { stack: stack.name, ...diff });
  output.result(renderReleaseDiff(diff, output.colours, output.textWidth));
  return EXIT_CODES.done;
}
