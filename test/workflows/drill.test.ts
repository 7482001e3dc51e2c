import { ApplicationFailure } from '@temporalio/common';
import { randomUUID } from 'node:crypto';
import type { InputOf } from '../../workflows/catalogue';
import type { DrillOutcome } from '../../workflows/model/drill';
import type { Proof } from '../../workflows/model/proof';
import { scratchProject } from '../../workflows/model/scratch';
import type { StackDescription } from '../../workflows/model/stack';
import { WORKFLOW_TASK_QUEUE } from '../../workflows/model/stack';
import { HISTORY_DOUBLES } from '../histories/doubles';
import { describeWith } from '../support/requirements';
import { uniqueStack, WorkflowHarness, type ActivityDoubles } from '../support/workflow-harness';

describeWith(['temporal'], 'the drill workflow', () => {
  let harness: WorkflowHarness;
  let proofs: Omit<Proof, 'host'>[];
  let calls: string[];
  beforeAll(async () => {
    harness = await WorkflowHarness.start();
  });
  afterAll(() => harness.stop());
  beforeEach(() => {
    proofs = [];
    calls = [];
  });

  const failing = (type: string, message = 'it is not as it was') =>
    Promise.reject(ApplicationFailure.nonRetryable(message, type, {}));

  async function drill(
    change: ActivityDoubles = {},
    stack: StackDescription = uniqueStack({
      drill: { assert: [{ kind: 'sql', part: 'accounts', query: 'select true' }] },
    }),
  ): Promise<DrillOutcome> {
    const input: InputOf<'drill'> = {
      request: {
        ...{ runbook: 'drill', options: { point: { choice: 'newest' }, only: [] }, stack },
        ...{ requestedBy: 'anna', trigger: 'cli', pawlVersion: '0.0.0' },
      },
      ...{ mode: 'apply', number: 7 },
    };
    const doubles: ActivityDoubles = {
      ...HISTORY_DOUBLES,
      sweepScratch: () => {
        calls.push('sweep');
        return Promise.resolve();
      },
      storeProof: ({ proof }) => {
        proofs.push(proof);
        return Promise.resolve();
      },
      ...change,
    };
    return harness.working(doubles, () =>
      harness.client.workflow.execute('drill', {
        workflowId: `${stack.name}/${randomUUID()}`,
        taskQueue: WORKFLOW_TASK_QUEUE,
        args: [input],
      }),
    ) as Promise<DrillOutcome>;
  }

  const gatesOf = ({ results }: Pick<DrillOutcome, 'results'>) =>
    results.map(({ gate, passed }) => `${gate}${passed ? '' : ' failed'}`);

  it('asks every gate in order, in the scratch stack alone, and stores what came', async () => {
    const projects = new Set<string | undefined>();
    const outcome = await drill({
      restorePart: ({ stack, stored, run }) => {
        projects.add(
          stack.compose?.project === scratchProject(run?.key ?? '') ? 'scratch' : 'live',
        );
        return Promise.resolve({ bytes: stored.bytes, notes: [] });
      },
    });
    expect(outcome).toMatchObject({ proof: 'passed', leftOut: [] });
    expect(gatesOf(outcome)).toEqual([
      ...['fetch', 'parse', 'restore', 'structure', 'content', 'engine', 'assertion'],
    ]);
    expect([...projects]).toEqual(['scratch']);
    expect(proofs).toMatchObject([{ ok: true, whole: true, requestedBy: 'anna' }]);
    expect(calls).toEqual(['sweep']);
  });

  it.each(['VerificationFailed', 'CommandFailed', 'PreconditionFailed'])(
    'ends as done with a failed proof when a restore ends with %s',
    async (type) => {
      const outcome = await drill({ restorePart: () => failing(type) });
      expect(outcome.proof).toBe('failed');
      expect(gatesOf(outcome)).toEqual(['fetch', 'parse', 'restore failed']);
      expect(proofs).toMatchObject([{ ok: false, failed: 'restore of accounts' }]);
      expect(calls).toEqual(['sweep']);
    },
  );

  it('fails, sweeps and stores no proof when its own disk is full', async () => {
    const full = () => failing('CommandFailed', 'write failed: No space left on device');
    await expect(drill({ restorePart: full })).rejects.toMatchObject({
      cause: { type: 'CommandFailed' },
    });
    expect([proofs, calls]).toEqual([[], ['sweep']]);
  });

  it('does not restore what cannot be read whole', async () => {
    const outcome = await drill({
      verifyPart: ({ stored }) =>
        Promise.resolve({ name: stored.part.name, state: 'damaged', detail: 'a pack is torn' }),
      restorePart: () => failing('InternalError', 'restored all the same'),
    });
    expect(gatesOf(outcome)).toEqual(['fetch failed']);
    expect(outcome.results[0]?.detail).toBe('a pack is torn');
  });

  it('is refused before anything is made where scratch space is short', async () => {
    const short: ActivityDoubles = {
      observeScratch: ({ entry }) =>
        Promise.resolve({ entry, kind: 'cluster', place: 'a server', disk: 'host', freeBytes: 1 }),
      openScratch: () => failing('InternalError', 'made all the same'),
    };
    await expect(drill(short)).rejects.toMatchObject({ cause: { type: 'PreconditionFailed' } });
    expect([proofs, calls]).toEqual([[], []]);
  });
});
