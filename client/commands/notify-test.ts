import type { ChannelAnswer } from '../../workflows/model/audience';
import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { renderAnswers } from '../render/channel-answers';
import { loadStack } from '../stack';
import { askWorker } from '../temporal/ask-worker';
import { withSession } from '../temporal/session';

/** Sent by the stack's host, where the secrets of the channels are. */
export async function run(invocation: Invocation): Promise<number> {
  const { operands, globals, output } = invocation;
  const [channel] = operands;
  const stack = await loadStack(globals);
  const input = { stack, ...(channel === undefined ? {} : { channel }) };
  const answers = await withSession(invocation, (session) =>
    askWorker<readonly ChannelAnswer[]>(session, output, {
      ...{ stack, type: 'notifyTest', prefix: 'notify-test', input },
    }),
  );
  output.json('pawl/notify-test@1', { stack: stack.name, answers });
  output.result(renderAnswers(answers, output.colours));
  return answers.every(({ told }) => told) ? EXIT_CODES.done : EXIT_CODES.failed;
}
