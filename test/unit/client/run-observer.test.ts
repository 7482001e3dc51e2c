import { TypedSearchAttributes } from '@temporalio/common';
import { readEnd } from '../../../client/follow/follow-run';
import { RunObserver } from '../../../client/follow/run-observer';
import { exitCodeOf } from '../../../client/runs/finish-run';
import type { Session } from '../../../client/temporal/session';
import { stackWorkflowId } from '../../../workflows/messages';
import type { QueueState } from '../../../workflows/model/queue';
import { START } from './views';

const QUEUE: QueueState = { stack: 'melvin', running: [], waiting: [], ended: [] };

/** A server that knows one execution of melvin/7, which is done, and the stack workflow's queue. */
function session(requestId: string, queue: Partial<QueueState>): Session {
  const older = {
    ...{ status: { name: 'COMPLETED' }, type: 'backup', raw: {}, memo: { requestId } },
    ...{ startTime: new Date(START), closeTime: new Date(START) },
    typedSearchAttributes: new TypedSearchAttributes(),
  };
  const handles: Readonly<Record<string, object>> = {
    'melvin/7': {
      describe: () => Promise.resolve(older),
      query: () => Promise.resolve({ phase: 'ended', steps: [] }),
      result: () => Promise.resolve({ state: 'done' }),
    },
    [stackWorkflowId('melvin')]: { query: () => Promise.resolve({ ...QUEUE, ...queue }) },
  };
  const client = { workflow: { getHandle: (id: string) => handles[id] } };
  return { client, call: <Result>(work: () => Promise<Result>) => work() } as unknown as Session;
}

const NAME = { run: 'melvin/7', stack: 'melvin', number: 7, requestId: 'ours' };

describe('a run that was submitted', () => {
  it('is never taken for an older one with its number', async () => {
    const summary = 'could not be started: an older run has its number; ask again';
    const end = { number: 7, runbook: 'backup', outcome: 'failed', summary, endedAt: START };
    const temporal = session('of the older', { ended: [end] } as Partial<QueueState>);

    const view = await new RunObserver(temporal, NAME).look();
    const ended = await readEnd(temporal, view);

    expect(ended).toMatchObject({ view: { status: 'failed', steps: [] } });
    expect(ended.failure?.message).toBe(summary);
    expect(exitCodeOf(ended)).toBe(7);
  });

  it('waits in the queue while an older one with its number has long ended', async () => {
    const own = { number: 7, runbook: 'backup', requestedBy: 'anna', requestId: '', since: START };
    const other = { ...own, number: 6 };
    const queue = { running: [other], waiting: [own] } as Partial<QueueState>;
    const view = await new RunObserver(session('of the older', queue), NAME).look();
    const asked = { requestedBy: 'anna', requestedAt: START };
    expect(view).toMatchObject({ status: 'queued', behind: ['melvin/6'], ...asked });
  });

  it('is known by its request', async () => {
    const view = await new RunObserver(session('ours', {}), NAME).look();
    expect(view).toMatchObject({ status: 'done', phase: 'ended' });
  });

  it('is whichever has the number for who did not submit it', async () => {
    const { requestId: _, ...name } = NAME;
    const view = await new RunObserver(session('of the older', {}), name).look();
    expect(view.status).toBe('done');
  });
});
