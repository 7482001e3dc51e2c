import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowFailedError } from '@temporalio/client';
import type { RestoreOutcome } from '../../workflows/model/outcome';
import type { Part } from '../../workflows/model/recovery-point';
import { PARTS_IN_OWN_HISTORY } from '../../workflows/restore/plan-groups';
import { describePart, describePostgresEntry } from '../support/descriptions';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { restoreDoubles } from '../support/restore-doubles';
import {
  gate,
  restoreOf,
  uniqueStack,
  WorkflowHarness,
  type ActivityDoubles,
} from '../support/workflow-harness';

/** By hand with as many as there may be, under Temporal's own limits: PAWL_TEST_PARTS=5000. */
const AS_GIVEN = Number(process.env['PAWL_TEST_PARTS'] ?? 0);
/** A tenth of what Temporal allows: as if there were ten times the parts. */
const MOST_EVENTS = AS_GIVEN > 0 ? 51_200 : 5120;
const COUNT = AS_GIVEN > 0 ? AS_GIVEN : 2 * PARTS_IN_OWN_HISTORY + 20;
const PARTS: readonly Part[] = Array.from({ length: COUNT }, (_, number) =>
  describePart({ name: `accounts/db${number}`, source: `db${number}` }),
);
const nameOf = (number: number): string => PARTS[number]?.name ?? '';

describeWith(['temporal'], 'a restore of more parts than one history has room for', () => {
  let harness: WorkflowHarness;
  let calls: string[];
  beforeAll(async () => {
    const dynamicConfig = [`limit.historyCount.error=${MOST_EVENTS}`];
    harness = await WorkflowHarness.start({ dynamicConfig });
  });
  afterAll(() => harness.stop());
  beforeEach(() => {
    calls = [];
  });

  const stackOf = () =>
    uniqueStack({ protect: [describePostgresEntry({ database: { all: true } })] });

  function noted<Output>(call: string, output: Output): Promise<Output> {
    calls.push(call);
    return Promise.resolve(output);
  }

  const doubles = (change: ActivityDoubles = {}): ActivityDoubles => ({
    ...restoreDoubles(PARTS, calls),
    ...change,
  });

  const called = (verb: string) => calls.filter((call) => call.startsWith(`${verb} `));

  async function expectShortHistories(run: string): Promise<void> {
    const query = `WorkflowId = '${run}' OR WorkflowId STARTS_WITH 'parts/${run}/'`;
    const lengths: number[] = [];
    let bytes = 0;
    for await (const one of harness.client.workflow.list({ query })) {
      lengths.push(one.historyLength);
      bytes += one.historySize ?? 0;
    }
    const events = lengths.reduce((sum, length) => sum + length, 0);
    const each = `${(events / COUNT).toFixed(1)} events and ${Math.round(bytes / COUNT)} bytes`;
    const longest = `the longest of ${lengths.length} histories has ${Math.max(...lengths)} events`;
    process.stdout.write(`| ${COUNT} parts | ${each} a part | ${longest} |\n`);
    expect(lengths.length).toBeGreaterThan(6);
    expect(Math.max(...lengths)).toBeLessThan(MOST_EVENTS / 2);
  }

  it('proves all before it swaps the first, and keeps what they replace, though its worker is replaced among the swaps', async () => {
    const stack = stackOf();
    const among = gate();
    const swapPart: ActivityDoubles['swapPart'] = ({ part }) => {
      if (part.name === nameOf(PARTS_IN_OWN_HISTORY + 40)) among.open();
      return noted(`swap ${part.name}`, { kept: true });
    };
    let run = '';
    await harness.working(doubles({ swapPart }), async () => {
      ({ run } = await harness.submit(stack, restoreOf(stack)));
      await among.opened;
    });
    await harness.working(doubles(), async () => {
      const outcome = (await harness.client.workflow.getHandle(run).result()) as RestoreOutcome;
      expect(outcome.parts).toHaveLength(PARTS.length);
      expect(outcome.parts.every(({ keptAs }) => keptAs !== undefined)).toBe(true);
      expect(outcome.parts.map(({ name }) => name)).toEqual(PARTS.map(({ name }) => name));
    });
    expect(new Set(called('restore')).size).toBe(PARTS.length);
    expect(new Set(called('swap')).size).toBe(PARTS.length);
    const firstSwap = calls.findIndex((call) => call.startsWith('swap '));
    expect(calls.slice(firstSwap).some((call) => call.startsWith('prove '))).toBe(false);
    await expectShortHistories(run);
  });

  it('puts all back that were swapped when one cannot be, and names that one', async () => {
    const stack = stackOf();
    const failing = nameOf(PARTS_IN_OWN_HISTORY + 40);
    const swapPart: ActivityDoubles['swapPart'] = ({ part }) =>
      part.name === failing
        ? Promise.reject(ApplicationFailure.nonRetryable('it is gone', 'CommandFailed'))
        : noted(`swap ${part.name}`, { kept: true });
    await harness.working(doubles({ swapPart }), async () => {
      const { run } = await harness.submit(stack, restoreOf(stack));
      const handle = harness.client.workflow.getHandle(run);
      await until(() => handle.describe().catch(() => undefined));
      const error: unknown = await handle.result().catch((reason: unknown) => reason);
      const { message, type } = (error as WorkflowFailedError).cause as ApplicationFailure;
      expect({ message, type }).toEqual({
        type: 'CommandFailed',
        message: expect.stringContaining(`swap ${failing}: it is gone`) as unknown,
      });
      await expectShortHistories(run);
    });
    const swapped = called('swap').map((call) => call.replace(/^swap (?!back)/, ''));
    const back = called('swap back').map((call) => call.replace(/^swap back /, ''));
    expect(back).toEqual(
      expect.arrayContaining(swapped.filter((one) => !one.startsWith('swap back'))),
    );
    expect(new Set(called('discard')).size).toBe(PARTS.length);
    const lastBack = calls.findLastIndex((call) => call.startsWith('swap back '));
    expect(calls.findIndex((call) => call.startsWith('discard '))).toBeGreaterThan(lastBack);
  });
});
