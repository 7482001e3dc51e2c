import {
  allHandlersFinished,
  condition,
  continueAsNew,
  currentUpdateInfo,
  patched,
  setHandler,
  setWorkflowOptions,
  workflowInfo,
} from '@temporalio/workflow';
import { freeze, queue, submit, unfreeze, withdraw, type Submission } from '../messages';
import type { QueuedRun } from '../model/queue';
import { behind, planAdmission, planFrozenAdmission } from './plan-admission';
import { auditActivities, runActivities } from '../run/activities';
import { FreezeRecord } from '../run/people/freeze-record';
import { refuseFrozen, refuseSubmission } from './refuse-submission';
import { requests } from '../requests/request-schema';
import { requireShape } from '../requests/require-shape';
import { followRun, startRun } from './run-children';
import { StackQueue, type CarriedQueue } from './stack-queue';
import { now } from '../run/now';

export interface StackInput {
  readonly stack: string;
  readonly host: string;
  /** Present when this execution continues an earlier one. */
  readonly carried?: CarriedQueue;
}

/** A history longer than this is left behind as soon as the stack is idle. */
const LONG_HISTORY_EVENTS = 1000;
/** Executions that began before kept a freeze to themselves. */
const FREEZE_ON_RECORD = 'freeze-on-record';

/**
 * Admits the runs of one stack, numbers them and starts each as its child. The engine tells it of every end, however a
 * run ended, so its lock can neither be leaked nor stolen. Lives as long as the stack.
 */
export async function stack(input: StackInput): Promise<never> {
  requireShape(requests.stackInput, input, 'the stack');
  const line = new StackQueue(input.stack, input.carried);
  listen(input, line);
  if (input.carried === undefined) await remember(input, line);
  else follow(input.stack, line.running, line);

  for (;;) {
    await condition(() => admissible(line).length > 0 || shouldContinueAsNew(line));
    await startAdmissible(input, line);
    if (!shouldContinueAsNew(line)) continue;
    await condition(() => allHandlersFinished() && line.news.settled);
    await continueAsNew<typeof stack>({ ...input, carried: line.carry() });
  }
}

/** It lives longer than any build: it moves on, and what changes in it is guarded by `patched()`. */
setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, stack);

function listen(input: StackInput, line: StackQueue): void {
  setHandler(queue, () => line.state());
  setHandler(
    submit,
    async ({ request }) => {
      await line.readiness.wait();
      // Of a freeze on record it knows only now.
      if (patched(FREEZE_ON_RECORD)) refuseFrozen(input.stack, line, request);
      const number = line.add(request, currentUpdateInfo()?.id ?? '', now());
      const ahead = behind(line.running, line.waiting, number);
      const name = (other: number): string => `${input.stack}/${other}`;
      return { run: name(number), number, behind: ahead.map(name) };
    },
    {
      validator: (asked: Submission) => {
        requireShape(requests.submission, asked, 'the submission');
        refuseSubmission(input.stack, line, asked.request);
      },
    },
  );
  setHandler(withdraw, ({ number, by }) => line.withdraw(number, by, now()), {
    validator: (asked) => {
      requireShape(requests.withdrawal, asked, 'the withdrawal');
    },
  });
  listenForFreezes(input, line);
}

function listenForFreezes({ stack, host }: StackInput, line: StackQueue): void {
  const record = new FreezeRecord(stack, host);
  const write = (): Promise<boolean> => record.write(() => line.state().freeze);
  setHandler(
    freeze,
    async ({ message, by }) => {
      const set = line.freezeWith({ message, by, since: now() });
      if (patched(FREEZE_ON_RECORD)) await write();
      return set;
    },
    {
      validator: (asked) => {
        requireShape(requests.freezing, asked, 'the freeze');
      },
    },
  );
  setHandler(
    unfreeze,
    async () => {
      const was = line.unfreeze();
      const wasOnRecord = patched(FREEZE_ON_RECORD) && (await write());
      return was || wasOnRecord;
    },
    {
      validator: (asked) => {
        requireShape(requests.byPerson, asked, 'the end of the freeze');
      },
    },
  );
}

/**
 * A first execution may follow one that was lost: runs may be open, and their numbers must not come again; the stack
 * may be frozen. Where that cannot be known, whoever submits is told why.
 */
async function remember({ stack, host }: StackInput, line: StackQueue): Promise<void> {
  await line.readiness.reach(async () => {
    const ofHost = auditActivities(host);
    const [recorded, frozen] = await Promise.all([
      ofHost.highestRecordedRun({ stack }),
      patched(FREEZE_ON_RECORD) ? ofHost.recordedFreeze({ stack }) : undefined,
    ]);
    line.recall(frozen);
    const known = await runActivities().findRuns({ stack, recorded });
    follow(stack, line.takeOver(known.open, known.highest, now()), line);
  });
}

function follow(stack: string, runs: readonly QueuedRun[], line: StackQueue): void {
  for (const run of runs) void followRun(stack, run, line);
}

function admissible(line: StackQueue) {
  const { frozen, running, waiting } = line;
  return frozen ? planFrozenAdmission(running, waiting) : planAdmission(running, waiting);
}

/** Looks again after each start, which takes a moment: the next one may have been withdrawn, or the stack frozen. */
async function startAdmissible(input: StackInput, line: StackQueue): Promise<void> {
  for (let [run] = admissible(line); run !== undefined; [run] = admissible(line)) {
    const start = await startRun(input.stack, line.take(run), line);
    if (start === 'number taken') await remember(input, line);
  }
}

/** Runs that are open then are followed by the next execution as adopted ones. */
function shouldContinueAsNew(line: StackQueue): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  const idle = line.running.length === 0 && line.waiting.length === 0;
  return continueAsNewSuggested || (idle && historyLength > LONG_HISTORY_EVENTS);
}
