import type { RecoveryPointSummary } from '../../workflows/model/recovery-point';
import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { formatBytes, formatTime } from '../render/format';
import { renderTable } from '../render/table';
import { loadStack } from '../stack';
import { askWorker } from '../temporal/ask-worker';
import { withSession } from '../temporal/session';

/** Reads the repository itself, by the host's worker: the list is right even when Temporal has forgotten the runs. */
export async function run(invocation: Invocation): Promise<number> {
  const { globals, output } = invocation;
  const stack = await loadStack(globals);
  const points = await withSession(invocation, (session) =>
    askWorker<RecoveryPointSummary[]>(session, output, {
      ...{ stack, type: 'points', prefix: 'points', input: { stack } },
    }),
  );
  output.json('pawl/points@1', { stack: stack.name, points });
  output.result(points.length > 0 ? renderPoints(points) : 'No recovery point yet: `pawl backup`.');
  return EXIT_CODES.done;
}

function renderPoints(points: readonly RecoveryPointSummary[]): string {
  return renderTable(
    ['point', 'taken', 'run', 'parts', 'size'],
    points.map((point) => [
      point.id,
      formatTime(point.takenAt),
      point.run,
      String(point.parts),
      formatBytes(point.bytes),
    ]),
  );
}
