import { randomBytes } from 'node:crypto';
import type { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { freeze, progress, queue, stackWorkflowId } from '../../workflows/messages';
import type { Part } from '../../workflows/model/recovery-point';
import { readDetails } from '../../workflows/model/failure-type';
import type { StackDescription } from '../../workflows/model/stack';
import { describePart, describePostgresEntry, describeStoredPart } from '../support/descriptions';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import {
  BACKUP,
  gate,
  restoreOf,
  uniqueStack,
  WorkflowHarness,
  type ActivityDoubles,
} from '../support/workflow-harness';

const KIB = 1024;
/** Temporal's own limits: it warns above the first and takes nothing above the second. */
const WARN_BYTES = 256 * KIB;
const MOST_BYTES = 2 * KIB * KIB;

const DATABASES = 2000;
/** As long as PostgreSQL takes names, and of three bytes a character. */
const PARTS: readonly Part[] = Array.from({ length: DATABASES }, (_, number) => {
  const source = `${String(number).padStart(6, '0')}${'漢'.repeat(19)}`;
  return describePart({ name: `accounts/${source}`, source });
});

/** Late enough for steps before it, early enough for a test. */
const FAILING = PARTS[40]?.name ?? '';

describeWith(['temporal'], "what travels through Temporal's history", () => {
  let harness: WorkflowHarness;
  beforeAll(async () => {
    harness = await WorkflowHarness.start();
  });
  afterAll(() => harness.stop());

  const eventsOf = async (id: string) =>
    (await harness.client.workflow.getHandle(id).fetchHistory()).events ?? [];
  const sizes = async (id: string): Promise<number[]> =>
    (await eventsOf(id)).map(
      (event) => temporal.api.history.v1.HistoryEvent.encode(event).finish().length,
    );

  it('stays small when a server of 2,000 databases is saved, and what failed is told all the same', async () => {
    const stack = uniqueStack({ protect: [describePostgresEntry({ database: { all: true } })] });
    const failedStep: unknown = expect.objectContaining({
      id: `back-up:${FAILING}`,
      state: 'failed',
    });
    await harness.working(serverOf(PARTS, FAILING), async () => {
      const { run } = await harness.submit(stack, BACKUP);
      const handle = harness.client.workflow.getHandle(run);
      await until(() => handle.describe().catch(() => undefined));
      const error: unknown = await handle.result().catch((reason: unknown) => reason);
      const failure = (error as WorkflowFailedError).cause as ApplicationFailure;
      expect(failure.message.length).toBeLessThan(5000);
      expect(jsonBytes(failure.details)).toBeLessThan(64 * KIB);
      expect(readDetails(failure.details)?.progress?.steps).toContainEqual(failedStep);

      const answer = await handle.query(progress);
      expect(jsonBytes(answer)).toBeLessThan(WARN_BYTES);
      expect(answer.steps).toContainEqual(failedStep);
      expect(answer.steps.length + (answer.omittedSteps ?? 0)).toBe(DATABASES + 4);

      const details = await detailsOf(run);
      expect(details.length).toBeLessThan(4000);
      expect(details).toMatch(/✘ back up accounts\/000040[^]*… and 19\d\d more/);

      const [history, parent] = [await sizes(run), await sizes(stackWorkflowId(stack.name))];
      expect(Math.max(...history)).toBeLessThan(MOST_BYTES);
      expect(history.at(-1)).toBeLessThan(WARN_BYTES);
      expect(Math.max(...parent)).toBeLessThan(WARN_BYTES);
    });
  });

  it('lets runs with large descriptions wait as long as they fit, and carries all of them over', async () => {
    const stack = largeStack(200 * KIB);
    const waits = gate();
    await harness.working({ findRecoveryPoint: () => waits.opened as Promise<never> }, async () => {
      await harness.submit(stack, restoreOf(stack));
      let refused: unknown;
      for (let number = 2; refused === undefined; number += 1) {
        refused = await harness.submit(stack, BACKUP).then(
          () => undefined,
          (error: unknown) => (error as Error).cause,
        );
        expect(number).toBeLessThan(100);
      }
      expect(refused).toMatchObject({ type: 'ResourceBusy' });
      const handle = harness.client.workflow.getHandle(stackWorkflowId(stack.name));
      const before = await handle.query(queue);
      expect(before.waiting.length).toBeGreaterThan(4);
      const { runId } = await handle.describe();

      // Beyond 4 MiB of history Temporal asks for a continuation.
      for (let again = 0; again < 3; again += 1) {
        const message = random(1.2 * KIB * KIB);
        await handle.executeUpdate(freeze, { args: [{ message, by: 'anna' }] });
      }
      await until(async () => ((await handle.describe()).runId === runId ? undefined : true));
      expect((await handle.query(queue)).waiting).toEqual(before.waiting);
      expect((await sizes(stackWorkflowId(stack.name)))[0]).toBeLessThan(MOST_BYTES);
      waits.open();
      await handle.terminate();
    });
  });

  it('refuses a description that leaves no room for others', async () => {
    const stack = largeStack(700 * KIB);
    await harness.working({}, async () => {
      const refused = harness.submit(stack, BACKUP);
      await expect(refused).rejects.toMatchObject({ cause: { type: 'PreconditionFailed' } });
    });
  });

  async function detailsOf(run: string): Promise<string> {
    const metadata = await harness.client.workflow
      .getHandle(run)
      .query<{ currentDetails: string }>('__temporal_workflow_metadata');
    return metadata.currentDetails;
  }
});

/** One server with these databases, of which one cannot be dumped and has very much to say. */
function serverOf(parts: readonly Part[], failing: string): ActivityDoubles {
  return {
    observeRepository: () => Promise.resolve({ state: 'ready', program: 'restic 0.19.1' }),
    observeEntry: ({ entry }) =>
      Promise.resolve({
        entry: entry.name,
        engine: entry.engine,
        version: 'PostgreSQL 15.18',
        parts: parts.map((part) => ({ part, expectedBytes: 1_000_000 })),
        notes: [],
      }),
    backUpPart: ({ part }) => {
      if (part.name !== failing) return Promise.resolve(describeStoredPart(part));
      const message = 'no space left '.repeat(1000);
      return Promise.reject(ApplicationFailure.nonRetryable(message, 'CommandFailed', {}));
    },
  };
}

function largeStack(bytes: number): StackDescription {
  const [name, path] = ['uploads', './uploads'];
  return uniqueStack({
    protect: [{ name, engine: 'files', path, exclude: [random(bytes)] }],
  });
}

/** Nothing that packing makes shorter than by a quarter. */
function random(characters: number): string {
  return randomBytes(Math.ceil(characters)).toString('base64').slice(0, characters);
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
