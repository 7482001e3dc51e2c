import type { PointList } from '../../workflows/model/recovery-point';
import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { judgeReadiness } from '../readiness/judge-readiness';
import { renderReadiness } from '../render/readiness';
import { loadStack } from '../stack';
import { askWorker } from '../temporal/ask-worker';
import { withSession } from '../temporal/session';

/** For a person and for monitoring: what the repository itself says, judged. */
export async function run(invocation: Invocation): Promise<number> {
  const { globals, output } = invocation;
  const stack = await loadStack(globals);
  const list = await withSession(invocation, (session) =>
    askWorker<PointList>(session, output, {
      ...{ stack, type: 'points', prefix: 'points', input: { stack } },
    }),
  );
  const readiness = judgeReadiness(list, Date.now());
  output.json('pawl/readiness@1', { stack: stack.name, ...readiness });
  output.result(renderReadiness(stack.name, readiness, output.textWidth));
  return readiness.verdict === 'not-ready' ? EXIT_CODES.proofFailed : EXIT_CODES.done;
}
