import type { RestoreOptions } from '../../workflows/model/options';
import type { PointVerification } from '../../workflows/model/recovery-point';
import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { isLost, renderVerification } from '../render/points';
import { readFrom } from '../runs/read-from';
import { loadStack } from '../stack';
import { askWorker } from '../temporal/ask-worker';
import { withSession } from '../temporal/session';

/** Looks for every part of a recovery point; with `--data` reads each to its end and compares it with the manifest. */
export async function run(invocation: Invocation): Promise<number> {
  const { operands, flags, globals, output } = invocation;
  const [id] = operands;
  const point: RestoreOptions['point'] = id === undefined ? { newest: true } : { id };
  const stack = readFrom(await loadStack(globals), flags);
  const data = flags.data ?? false;
  const found = await withSession(invocation, (session) =>
    askWorker<PointVerification>(session, output, {
      ...{ stack, type: 'verifyPoint', prefix: 'verify', input: { stack, point, data } },
    }),
  );
  const whole = !found.parts.some(isLost);
  output.json('pawl/points-verify@1', { stack: stack.name, whole, ...found });
  output.result(renderVerification(found));
  return whole ? EXIT_CODES.done : EXIT_CODES.verificationFailed;
}
