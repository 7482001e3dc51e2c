import type { Client } from '@temporalio/client';
import { createRunDirectory } from '../../worker/run-directory';
import { describeWith } from '../support/requirements';
import { uniqueStack, WorkflowHarness } from '../support/workflow-harness';

describeWith(['temporal'], 'the runs that Temporal knows', () => {
  let harness: WorkflowHarness;
  beforeAll(async () => {
    harness = await WorkflowHarness.start();
  });
  afterAll(() => harness.stop());

  /** No worker takes them: they stay open. */
  async function open(stack: string, ...numbers: readonly number[]): Promise<void> {
    for (const number of numbers) {
      await harness.client.workflow.start('backup', {
        workflowId: `${stack}/${number}`,
        taskQueue: 'nobody',
      });
    }
  }

  /** A visibility store that has seen these runs only, so far. */
  function listing(...ids: readonly string[]): Client {
    const { workflow } = harness.client;
    const list = async function* () {
      for (const id of ids) yield await workflow.getHandle(id).describe();
    };
    const getHandle = workflow.getHandle.bind(workflow);
    return { workflow: { list, getHandle } } as unknown as Client;
  }

  it.each([
    ['below the highest listed one', [5, 7], [7], 0],
    ['above it, beyond numbers that were withdrawn', [7, 9, 30], [7], 0],
    ['below and above the highest recorded one', [40, 43], [], 41],
  ])('include open ones that are not listed yet %s', async (_where, numbers, listed, recorded) => {
    const { name } = uniqueStack();
    await open(name, ...numbers);
    const client = listing(...listed.map((number) => `${name}/${number}`));
    const found = await createRunDirectory(client).find(name, recorded);
    expect(found.open.map(({ number }) => number)).toEqual(numbers);
    expect(found.highest).toBe(Math.max(...numbers));
  });

  it('never go back behind the audit record', async () => {
    const found = await createRunDirectory(harness.client).find(uniqueStack().name, 41);
    expect(found).toEqual({ open: [], highest: 41 });
  });
});
