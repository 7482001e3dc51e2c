import { queue, stackWorkflowId } from '../../workflows/messages';
import type { BackupOutcome } from '../../workflows/model/outcome';
import type { QueueState } from '../../workflows/model/queue';
import type { RecoveryPointSummary } from '../../workflows/model/recovery-point';
import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { renderStatus } from '../render/status';
import type { StackStatus } from '../render/status';
import { loadStack } from '../stack';
import { isAway, isNotFound } from '../temporal/errors';
import { readMaintainedServices } from '../temporal/maintained-services';
import { isPolled, startWorker } from '../temporal/require-worker';
import { listRuns } from '../temporal/run-list';
import type { ListedRun } from '../temporal/run-list';
import { withSession } from '../temporal/session';
import type { Session } from '../temporal/session';
import { workflowLink } from '../temporal/ui-links';
import { hostTaskQueue } from '../../workflows/model/stack';
import type { StackDescription } from '../../workflows/model/stack';
import { FREEZABLE } from '../../workflows/model/freeze-window';
import { freezeWords, frozenBy } from '../../workflows/plan/freeze-calendar';

const QUERY_MILLISECONDS = 3_000;
const RUNS_LOOKED_AT = 50;

export async function run(invocation: Invocation): Promise<number> {
  const { globals, output } = invocation;
  const description = await loadStack(globals);
  const { name: stack, host } = description;
  return withSession(invocation, async (session) => {
    const [state, runs, worker] = await Promise.all([
      readQueue(session, stack),
      listRuns(session, stack, RUNS_LOOKED_AT),
      isPolled(session, hostTaskQueue(host), 'activity'),
    ]);
    const [lastPoint, maintenance] = await Promise.all([
      readLastPoint(session, runs),
      worker ? readMaintainedServices(session, description) : undefined,
    ]);
    const link = workflowLink(session.ui, session.namespace, stackWorkflowId(stack));
    const inMaintenance = maintenance === undefined ? {} : { maintenance };
    const status = {
      ...{ stack, host, worker, frozen: frozenNow(description.freeze), ...state, ...inMaintenance },
      ...{ lastPoint, lastRun: runs[0], link },
    };
    output.json('pawl/status@1', status);
    output.result(renderStatus(status, output.colours));
    if (!worker) output.note(`No worker of host "${host}" is connected. ${startWorker(host)}`);
    return EXIT_CODES.done;
  });
}

/** By the calendar of the stack file. */
function frozenNow(windows: StackDescription['freeze']): StackStatus['frozen'] {
  const now = new Date();
  return FREEZABLE.flatMap((runbook) => {
    const window = frozenBy(windows, runbook, now);
    return window === undefined ? [] : [{ runbook, window: freezeWords(window) }];
  });
}

/** Without a stack workflow nothing was ever asked of this stack: an empty queue. Without a worker it cannot be known. */
async function readQueue(session: Session, stack: string): Promise<{ queue?: QueueState }> {
  const handle = session.client.workflow.getHandle(stackWorkflowId(stack));
  try {
    return { queue: await session.call(() => handle.query(queue), QUERY_MILLISECONDS) };
  } catch (error) {
    if (isNotFound(error)) return { queue: { stack, running: [], waiting: [], ended: [] } };
    if (isAway(error)) return {};
    throw error;
  }
}

/** As Temporal remembers it: quick, and without opening the repository (`pawl points` does). */
async function readLastPoint(
  session: Session,
  runs: readonly ListedRun[],
): Promise<RecoveryPointSummary | undefined> {
  const last = runs.find(({ runbook, outcome }) => runbook === 'backup' && outcome === 'done');
  if (!last) return undefined;
  const handle = session.client.workflow.getHandle(last.run);
  const outcome = await session.call(() => handle.result() as Promise<BackupOutcome>);
  return outcome.point;
}
