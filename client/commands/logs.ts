import { ClientError } from '../client-error';
import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { keptLines } from '../logs/kept-lines';
import { logsOfService } from '../logs/logs-of-service';
import { renderLogLine } from '../render/log-line';
import { resolveRun } from '../stack';
import { HistoryLog, type LogLine } from '../temporal/history-log';
import { readHistory } from '../temporal/history-reader';
import { withSession, type Session } from '../temporal/session';
import { interruptible } from '../terminal/interrupt';

/** A run is named by a number; all else is a service. */
export async function run(invocation: Invocation): Promise<number> {
  const [operand = ''] = invocation.operands;
  return /^(?:[^/]+\/)?\d+$/.test(operand) || operand.includes('/')
    ? logsOfRun(invocation)
    : logsOfService(invocation, operand);
}

/**
 * From Temporal's history, which is complete, durable, and there when no worker is; and what the run's containers wrote,
 * from their host.
 */
async function logsOfRun(invocation: Invocation): Promise<number> {
  const { operands, flags, globals, output } = invocation;
  const { run: id } = await resolveRun(operands[0], globals);
  const follow = flags.follow ?? false;
  const steps = new Set<string>();
  const print = (lines: readonly LogLine[]): void => {
    for (const line of lines) {
      if (line.step !== undefined) steps.add(line.step);
      if (flags.step !== undefined && line.step !== flags.step) continue;
      output.json('pawl/log@1', { run: id, ...line });
      output.result(renderLogLine(line));
    }
  };
  return withSession(invocation, (session) =>
    interruptible(
      () => undefined,
      async (signal) => {
        const kept = newLines(session, invocation, id);
        const log = new HistoryLog();
        for await (const events of readHistory(session, id, { follow, signal })) {
          const lines = log.lines(events);
          const ended = lines.some(({ what }) => what !== 'scheduled' && what !== 'started');
          print(inOrder([...lines, ...(ended ? await kept() : [])]));
        }
        if (!signal.aborted) {
          if (flags.step !== undefined && !steps.has(flags.step))
            throw noStep(id, flags.step, steps);
          return EXIT_CODES.done;
        }
        throw new ClientError(EXIT_CODES.detached, `Left the log; ${id} is untouched.`, {
          reason: 'detached',
        });
      },
    ),
  );
}

function noStep(run: string, step: string, steps: ReadonlySet<string>): ClientError {
  const known = [...steps].join(', ');
  return new ClientError(EXIT_CODES.failed, `${run} has begun no step "${step}".`, {
    reason: 'not-found',
    ...(known === '' ? {} : { advice: `Steps that it has begun: ${known}.` }),
  });
}

/** Of containers that have gone since it was asked before. */
function newLines(
  session: Session,
  invocation: Invocation,
  run: string,
): () => Promise<readonly LogLine[]> {
  const seen = new Map<string, string>();
  return async () => {
    const lines = await keptLines(session, invocation, run);
    const fresh = lines.filter(({ container = '', at }) => at > (seen.get(container) ?? ''));
    for (const { container = '', at } of fresh) seen.set(container, at);
    return fresh;
  };
}

function inOrder(lines: readonly LogLine[]): readonly LogLine[] {
  return [...lines].sort((a, b) => a.at.localeCompare(b.at));
}
