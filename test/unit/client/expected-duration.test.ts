import { expectedDuration, median } from '../../../client/temporal/expected-duration';
import type { Session } from '../../../client/temporal/session';
import { describeStack } from '../../support/descriptions';

const BEGIN = Date.parse('2026-11-28T10:00:00.000Z');

/** A session with a server that has these runs, each with the seconds that it took. */
function sessionWith(runs: readonly (readonly [run: string, seconds: number])[]) {
  const queries: string[] = [];
  const list = async function* ({ query }: { query: string }) {
    queries.push(query);
    for (const [workflowId, seconds] of runs) {
      await Promise.resolve();
      yield {
        ...{ workflowId, type: 'deploy', status: { name: 'COMPLETED' } },
        typedSearchAttributes: { get: () => undefined },
        startTime: new Date(BEGIN),
        closeTime: new Date(BEGIN + seconds * 1000),
      };
    }
  };
  const call = (work: () => unknown) => work();
  const session = { client: { workflow: { list } }, call } as unknown as Session;
  return { session, queries };
}

const stack = describeStack();

it('is the median of the last five runs that ended well', async () => {
  const { session, queries } = sessionWith([
    ['melvin/9', 40],
    ['melvin/copy/8', 1],
    ['melvin/8', 900],
    ['melvin/7', 41],
    ['melvin/6', 39],
    ['melvin/5', 42],
    ['melvin/4', 1],
  ]);
  const expected = await expectedDuration(session, { stack, runbook: 'deploy' });
  expect(expected).toEqual({ seconds: 41, runs: 5, withApproval: false });
  expect(queries).toEqual([
    `ExecutionStatus = 'Completed' AND WorkflowType = 'deploy' AND WorkflowId STARTS_WITH "melvin/"`,
  ]);
});

it('is not known before the first one', async () => {
  const { session } = sessionWith([]);
  expect(await expectedDuration(session, { stack, runbook: 'rollback' })).toBeUndefined();
  expect(median([])).toBeUndefined();
});

it('has the wait for approval in it where the stack file wants one', async () => {
  const deploy = { required: 1, from: [], expiresSeconds: 60, self: false };
  const { session } = sessionWith([['melvin/1', 7]]);
  const asking = { ...stack, approvals: { deploy } };
  expect(await expectedDuration(session, { stack: asking, runbook: 'deploy' })).toEqual({
    ...{ seconds: 7, runs: 1, withApproval: true },
  });
});
