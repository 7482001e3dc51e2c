import type { KeptLog } from '../../workflows/model/kept-log';
import type { StackDescription } from '../../workflows/model/stack';
import type { Globals, Invocation } from '../command';
import { StackFileError } from '../../stack-file/problem';
import { loadStack } from '../stack';
import { askWorker, type Question } from '../temporal/ask-worker';
import type { LogLine } from '../temporal/history-log';
import { hasWorker } from '../temporal/require-worker';
import type { Session } from '../temporal/session';

/** What containers of a run wrote, as its host has kept it. Without the host there is the history alone, and a word of it. */
export async function keptLines(
  session: Session,
  { globals, output }: Invocation,
  run: string,
): Promise<readonly LogLine[]> {
  const stack = await stackOf(run, globals);
  if (stack === undefined) {
    output.note(`What containers of ${run} wrote is on its host: ask beside the stack file.`);
    return [];
  }
  if (!(await hasWorker(session, stack.host))) {
    output.note(`What containers of ${run} wrote is on host ${stack.host}, whose worker is away.`);
    return [];
  }
  const question: Question = {
    stack,
    type: 'keptLogs',
    prefix: 'kept-logs',
    input: { stack, of: run },
  };
  const kept = await askWorker<readonly KeptLog[]>(session, output, question);
  return kept.flatMap(linesOf);
}

/** Each line has the engine's time before it; one that has none is of the time of the one before. */
export function linesOf({ step, container, text }: Omit<KeptLog, 'run'>): readonly LogLine[] {
  let at = '';
  return text.split('\n').map((line) => {
    const [, time, rest] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ?(.*)$/s.exec(line) ?? [];
    at = time ?? at;
    return { at, what: 'output', step, container, text: rest ?? line };
  });
}

async function stackOf(run: string, globals: Globals): Promise<StackDescription | undefined> {
  try {
    const stack = await loadStack(globals);
    return run.startsWith(`${stack.name}/`) ? stack : undefined;
  } catch (error) {
    if (error instanceof StackFileError) return undefined;
    throw error;
  }
}
