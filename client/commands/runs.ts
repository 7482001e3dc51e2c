import { ClientError } from '../client-error';
import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import type { PersonWait } from '../follow/waiting-words';
import { formatDuration, formatTime, printable, withLocalTimes } from '../render/format';
import { renderTable } from '../render/table';
import { loadStack } from '../stack';
import { readPersonWaits } from '../temporal/person-waits';
import { listRuns } from '../temporal/run-list';
import type { ListedRun } from '../temporal/run-list';
import { withSession } from '../temporal/session';

const DEFAULT_LIMIT = '20';

export async function run(invocation: Invocation): Promise<number> {
  const { flags, globals, output } = invocation;
  const limit = parseLimit(flags.limit ?? DEFAULT_LIMIT);
  const { name } = await loadStack(globals);
  const { runs, waits } = await withSession(invocation, async (session) => {
    const listed = await listRuns(session, name, limit);
    const open = listed.filter(({ outcome }) => outcome === 'running').map(({ run: id }) => id);
    return { runs: listed, waits: await readPersonWaits(session, open) };
  });
  output.json('pawl/runs@1', { stack: name, runs, waits });
  const text = renderRuns(runs, waits, Date.now(), output.textWidth);
  output.result(runs.length > 0 ? text : `No runs of ${name} yet.`);
  return EXIT_CODES.done;
}

/** Below the list, of each run that waits for a person whom it waits for, and how to answer. */
export function renderRuns(
  runs: readonly ListedRun[],
  waits: readonly PersonWait[],
  now: number,
  width = Infinity,
): string {
  const rows = runs.map((run) => {
    const end = run.endedAt === undefined ? now : Date.parse(run.endedAt);
    const took = formatDuration((end - Date.parse(run.startedAt)) / 1000);
    const by = run.requestedBy ?? run.trigger ?? '-';
    const wait = waits.find((one) => one.run === run.run);
    const state = wait === undefined ? run.outcome : `waits for ${wait.waits}`;
    return [run.run, run.runbook, state, formatTime(run.startedAt, now), took, by];
  });
  const head = ['run', 'runbook', 'outcome', 'started', 'took', 'requested by'];
  const below = waits.map(
    ({ run, text, command }) =>
      `${run} waits for ${withLocalTimes(printable(text))}: \`${command}\``,
  );
  return [renderTable(head, rows, width), ...below].join('\n');
}

function parseLimit(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new ClientError(EXIT_CODES.usage, `--limit takes a count, not "${text}".`, {
    reason: 'usage',
  });
}
