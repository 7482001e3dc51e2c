import { ApplicationFailure } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { DESCRIPTION_UNKNOWN } from '../../workflows/model/stack-reference';
import type { StackDescription } from '../../workflows/model/stack';
import { describePart, describePostgresEntry, describeStoredPart } from '../support/descriptions';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import {
  BACKUP,
  uniqueStack,
  WorkflowHarness,
  type ActivityDoubles,
} from '../support/workflow-harness';

const KIB = 1024;
const PARTS = Array.from({ length: 100 }, (_, at) =>
  describePart({ name: `accounts/db${at}`, source: `db${at}` }),
);

describeWith(['temporal'], 'a long description of a stack', () => {
  let harness: WorkflowHarness;
  beforeAll(async () => {
    harness = await WorkflowHarness.start();
  });
  afterAll(() => harness.stop());

  /** As random as a stack file never is: it cannot be packed. */
  const longStack = (): StackDescription => {
    const variable = (at: number) => [`V${at}`, { plain: `${Math.random()}${at * 7919}` }] as const;
    const environment = Object.fromEntries(
      Array.from({ length: 5 * KIB }, (_, at) => variable(at)),
    );
    const stack = uniqueStack({ protect: [describePostgresEntry({ database: { all: true } })] });
    return { ...stack, repository: { ...stack.repository, environment } };
  };

  const doubles = (change: ActivityDoubles = {}): ActivityDoubles => ({
    observeRepository: () => Promise.resolve({ state: 'ready', program: 'restic 0.19.1' }),
    observeEntry: ({ entry }) =>
      Promise.resolve({
        ...{ entry: entry.name, engine: entry.engine, version: 'PostgreSQL 15.18', notes: [] },
        parts: PARTS.map((part) => ({ part, expectedBytes: 1_000_000 })),
      }),
    backUpPart: ({ part }) => Promise.resolve(describeStoredPart(part)),
    storeManifest: ({ stack, run, parts, takenAt }) =>
      Promise.resolve({
        ...{ id: 'aaaa1111', stack: stack.name, run: run.id, runKey: run.key, takenAt },
        ...{ parts: parts.length, bytes: 1, entries: ['accounts'], partial: false },
      }),
    ...change,
  });

  async function backUp(stack: StackDescription): Promise<string> {
    const { run } = await harness.submit(stack, BACKUP);
    const handle = harness.client.workflow.getHandle(run);
    await until(() => handle.describe().catch(() => undefined));
    await handle.result();
    return run;
  }

  it('stands in the history of a run of 100 parts twice: with its request, and when its host is given it', async () => {
    const stack = longStack();
    const descriptionBytes = JSON.stringify(stack).length;
    expect(descriptionBytes).toBeGreaterThan(128 * KIB);
    await harness.working(doubles(), async () => {
      const { events } = await harness.client.workflow
        .getHandle(await backUp(stack))
        .fetchHistory();
      const sizes = (events ?? []).map(
        (event) => temporal.api.history.v1.HistoryEvent.encode(event).finish().length,
      );
      const bytes = sizes.reduce((sum, size) => sum + size, 0);
      expect(sizes.filter((size) => size > descriptionBytes / 4)).toHaveLength(2);
      expect(bytes).toBeLessThan(2 * descriptionBytes + 4 * KIB * PARTS.length);
    });
  });

  it('is given again to a host that has lost it, and nobody sees that', async () => {
    const stack = longStack();
    let given = 0;
    let isLost = false;
    const keepDescription: ActivityDoubles['keepDescription'] = ({ stack: whole, hash }) => {
      expect([whole.protect.length, hash.length]).toEqual([1, 64]);
      given += 1;
      isLost = false;
      return Promise.resolve();
    };
    const backUpPart: ActivityDoubles['backUpPart'] = (input) => {
      expect(input.stack).not.toHaveProperty('protect');
      if (input.part.name === PARTS[40]?.name && given === 1) isLost = true;
      if (!isLost) return Promise.resolve(describeStoredPart(input.part));
      return Promise.reject(ApplicationFailure.nonRetryable('it is gone', DESCRIPTION_UNKNOWN));
    };
    await harness.working(doubles({ keepDescription, backUpPart }), async () => {
      await backUp(stack);
    });
    expect(given).toBe(2);
  });
});
