import { FREEZABLE } from '../../workflows/catalogue';
import { queue, stackWorkflowId } from '../../workflows/messages';
import type { Maintenance } from '../../workflows/model/maintenance';
import type { QueueState } from '../../workflows/model/queue';
import type { ReleasesNow, Serving } from '../../workflows/model/serving';
import type { StackDescription } from '../../workflows/model/stack';
import { freezeWords, frozenBy } from '../../workflows/run/people/freeze-calendar';
import type { PersonWait } from '../follow/waiting-words';
import { askBriefly, type BriefAnswer } from '../temporal/ask-briefly';
import type { Question } from '../temporal/ask-worker';
import { cannotAnswer, isAway, isNotFound } from '../temporal/errors';
import { readPersonWaits } from '../temporal/person-waits';
import type { Stuck } from '../temporal/judge-stuck';
import { hasWorker } from '../temporal/require-worker';
import { listRuns } from '../temporal/run-list';
import type { ListedRun } from '../temporal/run-list';
import type { Session } from '../temporal/session';
import { listStuck } from '../temporal/stuck-runs';
import { listUntold, type Untold } from '../temporal/untold';
import { readSchedules, type ScheduleState } from '../temporal/schedules';
import { listWorkers } from '../temporal/workers';
import { workflowPage } from '../temporal/workflow-page';
import { readWarmSlots } from '../temporal/warm-slots';
import type { WarmSlot } from '../../workflows/model/warm';
import { pawlPackage } from '../version';
import { readCopies, type CopiesStatus } from './copy-status';
import { differing } from './differing-versions';
import { readNewestPoints, type NewestPoints } from './newest-points';

const QUERY_MILLISECONDS = 3_000;
/** More than the workflow gives the engine, so that the releases are told where it is away. */
const RELEASES_MILLISECONDS = 10_000;
const RUNS_LOOKED_AT = 50;

/** A stack, as far as it is known to whoever asks. */
export interface Subject {
  readonly stack: string;
  readonly host: string;
  /** Absent where no stack file is at hand, and no run has told. */
  readonly description?: StackDescription;
}

export interface StackStatus extends CopiesStatus {
  readonly stack: string;
  readonly host: string;
  readonly worker: boolean;
  /** Of its runs, its keepers and its queue: what cannot go on by itself. */
  readonly stuck: readonly Stuck[];
  /** Channels that were not told of what came last. */
  readonly untold: readonly Untold[];
  /** Where versions of pawl differ: sentences without their full stops. */
  readonly versions: readonly string[];
  /** By the calendar of the stack file, now. */
  readonly frozen: readonly { readonly runbook: string; readonly window: string }[];
  /** What is released; absent when the stack releases nothing, or the host did not say. */
  readonly releases?: ReleasesNow;
  /** Why it is not known what serves, in a sentence without its full stop; absent when it is, or nothing is released. */
  readonly servingUnknown?: string;
  readonly warm?: readonly WarmSlot[];
  /** Absent when no worker answered. */
  readonly queue?: QueueState;
  /** Runs that have begun and not ended, as Temporal lists them. */
  readonly open: readonly ListedRun[];
  /** Those of them that wait for a person. */
  readonly waits: readonly PersonWait[];
  /** Those that are in maintenance; `shown`: users get the page. Absent when the host did not say. */
  readonly maintenance?: readonly {
    readonly service: string;
    readonly maintenance: Maintenance;
    readonly shown: boolean;
  }[];
  readonly points: NewestPoints;
  /** What starts by itself; absent when nothing does. */
  readonly schedules?: readonly ScheduleState[];
  readonly lastRun: ListedRun | undefined;
  readonly link: string;
}

/** All that is known of a stack now. What nobody answers for is left out, never guessed. */
export async function gatherStatus(session: Session, subject: Subject): Promise<StackStatus> {
  const { stack, host, description } = subject;
  const [state, runs, worker, workers, untold] = await Promise.all([
    readQueue(session, stack),
    listRuns(session, stack, RUNS_LOOKED_AT),
    hasWorker(session, host),
    listWorkers(session, [host]),
    listUntold(session, stack, Date.now()),
  ]);
  const versions = differing(pawlPackage().version, workers.hosts);
  const asked = worker ? description : undefined;
  const open = runs.filter(({ outcome }) => outcome === 'running');
  const stuck = await listStuck(session, stack, workers);
  const silent = stuck.map(({ run }) => run);
  const [points, copies, released, warm, waits, link, schedules] = await Promise.all([
    readNewestPoints(session, asked, runs),
    readCopies(session, asked),
    asked?.deploy && readReleases(session, asked),
    readWarmSlots(session, stack),
    readPersonWaits(
      session,
      open.map(({ run }) => run).filter((run) => !silent.includes(run)),
    ),
    workflowPage(session, stackWorkflowId(stack)),
    readSchedules(session, stack),
  ]);
  const releases = released?.answer;
  const maintenance = inMaintenance(asked, releases?.serving);
  const servingUnknown = description?.deploy && whyUnknown(host, released);
  return {
    ...{
      stack,
      host,
      worker,
      stuck,
      untold,
      versions,
      frozen: frozenNow(description?.freeze ?? []),
      ...state,
    },
    ...(maintenance === undefined ? {} : { maintenance }),
    ...(releases === undefined ? {} : { releases }),
    ...(servingUnknown === undefined ? {} : { servingUnknown }),
    ...copies,
    ...{ warm, open, waits, points, lastRun: runs[0], link },
    ...(schedules.length === 0 ? {} : { schedules }),
  };
}

/** `released` is absent where the host was not asked: it has no worker. */
function whyUnknown(
  host: string,
  released: BriefAnswer<ReleasesNow> | undefined,
): string | undefined {
  if (released === undefined) return `no worker of host ${host} is connected`;
  if (released.answer === undefined) return released.why;
  const { serving, servingUnknown = 'its worker is of an earlier version' } = released.answer;
  return serving === undefined ? servingUnknown : undefined;
}

/** What the switches' files say; users get the page of those whose switch runs. */
function inMaintenance(
  asked: StackDescription | undefined,
  serving: Serving | undefined,
): StackStatus['maintenance'] {
  if (asked !== undefined && asked.deploy === undefined) return [];
  return serving?.services.flatMap(({ service, maintenance, inPlace }) =>
    maintenance === undefined ? [] : [{ service, maintenance, shown: inPlace === 'switch' }],
  );
}

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
    if (isAway(error) || cannotAnswer(error)) return {};
    throw error;
  }
}

function readReleases(
  session: Session,
  stack: StackDescription,
): Promise<BriefAnswer<ReleasesNow>> {
  const question: Question = { stack, type: 'releases', prefix: 'releases', input: { stack } };
  return askBriefly(session, question, RELEASES_MILLISECONDS);
}
