import { renderOutcome } from '../../../client/render/outcome';
import { renderPlan } from '../../../client/render/plan';
import { planRetain } from '../../../workflows/retain/plan-retain';
import { describeStack } from '../../support/descriptions';
import { describePointFacts, describeRetention } from '../../support/retention-facts';
import { expectGolden } from './golden';

const NOW = '2026-11-30T12:00:00.000Z';
const PLAN = {
  ...planRetain(
    describeStack({ keep: { daily: 2, zone: 'UTC' } }),
    { readAll: false },
    describeRetention({
      points: [30, 29, 28, 27].map((day) =>
        describePointFacts(`2026-11-${day}T03:00:00.000Z`, {
          ...{ id: `a1b2c3${day}`, run: `melvin/${day}` },
          ...(day === 27 && { provedAt: NOW, neededByRelease: 12 }),
        }),
      ),
      strays: 1,
      growth: { bytesPerDay: 2e9, overDays: 14, freeBytes: 25e9 },
    }),
    NOW,
  ),
  hash: '4a3bd8dd540d9c0b7a',
};

describe('a retain', () => {
  it('is planned with each point, its fate and its reasons, and how long there is room', () => {
    expectGolden('plan-retain', renderPlan(PLAN));
  });

  it('ends with what went, what that freed and what was read', () => {
    const forgotten = PLAN.points.filter(({ kept }) => !kept);
    const text = renderOutcome({
      ...{ state: 'done', runbook: 'retain', run: 'melvin/31', kept: 3, forgotten, snapshots: 4 },
      ...{ removed: '1.2 GiB', read: { slice: 4, of: 28 }, notes: PLAN.notes },
    });
    expectGolden('outcome-retain', text);
  });
});
