import { ClientError } from '../client-error';
import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { renderLogLine } from '../render/log-line';
import { resolveRun } from '../stack';
import { HistoryLog } from '../temporal/history-log';
import { readHistory } from '../temporal/history-reader';
import { withSession } from '../temporal/session';
import { interruptible } from '../terminal/interrupt';

/** From Temporal's history alone: complete, durable, and there when no worker is. */
export async function run(invocation: Invocation): Promise<number> {
  const { operands, flags, globals, output } = invocation;
  const { run: id } = await resolveRun(operands[0], globals);
  const follow = flags.follow ?? false;
  return withSession(invocation, (session) =>
    interruptible(
      () => undefined,
      async (signal) => {
        const log = new HistoryLog();
        for await (const events of readHistory(session, id, { follow, signal })) {
          for (const line of log.lines(events)) {
            output.json('pawl/log@1', { run: id, ...line });
            output.result(renderLogLine(line));
          }
        }
        if (!signal.aborted) return EXIT_CODES.done;
        throw new ClientError(EXIT_CODES.detached, `Left the log; ${id} is untouched.`, {
          reason: 'detached',
        });
      },
    ),
  );
}
