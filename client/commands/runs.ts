import { ClientError } from '../client-error';
import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { formatDuration, formatTime } from '../render/format';
import { renderTable } from '../render/table';
import { loadStack } from '../stack';
import { listRuns } from '../temporal/run-list';
import type { ListedRun } from '../temporal/run-list';
import { withSession } from '../temporal/session';

const DEFAULT_LIMIT = '20';

export async function run(invocation: Invocation): Promise<number> {
  const { flags, globals, output } = invocation;
  const limit = parseLimit(flags.limit ?? DEFAULT_LIMIT);
  const { name } = await loadStack(globals);
  const runs = await withSession(invocation, (session) => listRuns(session, name, limit));
  output.json('pawl/runs@1', { stack: name, runs });
  output.result(runs.length > 0 ? renderRuns(runs, Date.now()) : `No runs of ${name} yet.`);
  return EXIT_CODES.done;
}

export function renderRuns(runs: readonly ListedRun[], now: number): string {
  return renderTable(
    ['run', 'runbook', 'outcome', 'started', 'took', 'asked for by'],
    runs.map((run) => {
      const end = run.endedAt === undefined ? now : Date.parse(run.endedAt);
      const took = formatDuration((end - Date.parse(run.startedAt)) / 1000);
      const by = run.requestedBy ?? run.trigger ?? '-';
      return [run.run, run.runbook, run.outcome, formatTime(run.startedAt), took, by];
    }),
  );
}

function parseLimit(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new ClientError(EXIT_CODES.usage, `--limit takes a count, not "${text}".`, {
    reason: 'usage',
  });
}
