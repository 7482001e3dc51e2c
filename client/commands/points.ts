import type { PointList } from '../../workflows/model/recovery-point';
import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { renderPoints } from '../render/points';
import { loadStack } from '../stack';
import { askWorker } from '../temporal/ask-worker';
import { withSession } from '../temporal/session';

/** Reads the repository itself, by the host's worker: the list is right even when Temporal has forgotten the runs. */
export async function run(invocation: Invocation): Promise<number> {
  const { globals, output } = invocation;
  const stack = await loadStack(globals);
  const list = await withSession(invocation, (session) =>
    askWorker<PointList>(session, output, {
      ...{ stack, type: 'points', prefix: 'points', input: { stack } },
    }),
  );
  output.json('pawl/points@1', { stack: stack.name, ...list });
  output.result(renderPoints(list, output.textWidth));
  return EXIT_CODES.done;
}
