import { checkRepository } from '../../activities/data/check-repository';
import { forgetPoints } from '../../activities/data/forget-points';
import { observeRetention } from '../../activities/data/observe-retention';
import { AdapterError } from '../../activities/ports/adapter-error';
import type { SurveyedPoint, Upkeep } from '../../activities/ports/retention';
import type { CheckRecord } from '../../workflows/model/retention';
import { describePoint, describeRelease, describeStack } from '../support/descriptions';
import { attempt, portsInMemory, RUN } from './ports-in-memory';

const NOW = '2026-11-30T12:00:00.000Z';
const ID = 'ab'.repeat(32);
const STACK = describeStack({ keep: { last: 1, maxBytes: 1000, zone: 'UTC' } });

const surveyed = (id: string, change: Partial<SurveyedPoint> = {}): SurveyedPoint => ({
  ...describePoint({ id, runKey: id }),
  ...{ missing: 0, storedBytes: 10 },
  ...change,
});

function portsWith(upkeep: Partial<Upkeep>) {
  const checks = new Map<string, CheckRecord>();
  const ports = {
    ...portsInMemory(),
    openUpkeep: () => upkeep as Upkeep,
    checks: {
      of: (id: string) => Promise.resolve(checks.get(id) ?? { readings: [] }),
      keep: (id: string, kept: CheckRecord) => Promise.resolve(void checks.set(id, kept)),
    },
  };
  return { ports, checks };
}

describe('the steps of a retain', () => {
  it('see which point a kept release needs, also under the id that it had before', async () => {
    const points = [surveyed('new1'), surveyed('copy', { otherIds: ['orig'] })];
    const { ports } = portsWith({
      survey: () => Promise.resolve({ repositoryId: ID, points, unreadable: 0, strays: 0 }),
      measure: () => Promise.resolve(1234),
    });
    ports.recorded.push(describeRelease({ number: 7, recoveryPoint: 'orig' }));

    const seen = await attempt(() => observeRetention(ports)({ stack: STACK, now: NOW }));

    expect(seen).toMatchObject({ repositoryId: ID, heldBytes: 1234, notSeen: 0, readings: [] });
    expect(seen.points.map(({ id, neededByRelease }) => [id, neededByRelease])).toEqual([
      ['new1', undefined],
      ['copy', 7],
    ]);
  });

  it('leave old points that no payload can hold for the next run', async () => {
    const entries = Array.from({ length: 100 }, (_, index) => `entry-${index}`);
    const points = Array.from({ length: 2000 }, (_, index) => surveyed(`p${index}`, { entries }));
    const { ports } = portsWith({
      survey: () => Promise.resolve({ repositoryId: ID, points, unreadable: 0, strays: 0 }),
      measure: () => Promise.resolve(0),
    });

    const seen = await attempt(() => observeRetention(ports)({ stack: STACK, now: NOW }));

    expect(seen.notSeen).toBe(2000 - seen.points.length);
    expect(seen.points[0]?.id).toBe('p0');
    expect(JSON.stringify(seen).length).toBeLessThan(1.1 * 1024 ** 2);
  });

  it.each([
    [600, '2026-11-23T12:00:00.000Z'],
    [30 * 86_400, '2026-10-31T12:00:00.000Z'],
  ])('take nothing for a stray that a run of %d s may be storing', async (seconds, before) => {
    const asked: unknown[] = [];
    const { ports } = portsWith({
      forget: (_stack, chosen) => {
        asked.push(chosen);
        return Promise.resolve({ points: 0, snapshots: 0 });
      },
    });
    const stack = { ...STACK, limits: { ...STACK.limits, deadlineSeconds: seconds } };

    await attempt(() => forgetPoints(ports)({ stack, run: RUN, runKeys: ['a'], now: NOW }));

    expect(asked).toEqual([{ runKeys: ['a'], straysBefore: before }]);
  });

  it('keep that a part was read, or that it is damaged until it was found whole', async () => {
    const input = { stack: STACK, repositoryId: ID, slice: { slice: 2, of: 14 } };
    let isDamaged = true;
    const { ports, checks } = portsWith({
      check: () =>
        isDamaged
          ? Promise.reject(new AdapterError('VerificationFailed', 'pack 12 is damaged'))
          : Promise.resolve(),
    });
    await expect(attempt(() => checkRepository(ports)(input))).rejects.toMatchObject({
      type: 'VerificationFailed',
    });
    expect(checks.get(ID)).toMatchObject({ readings: [], damage: { slice: input.slice } });

    isDamaged = false;
    await attempt(() => checkRepository(ports)(input));
    const { readings = [], damage } = checks.get(ID) ?? {};
    expect(readings.flatMap((at, index) => (at === null ? [] : [index]))).toEqual([1, 15]);
    expect(damage).toBeUndefined();
  });
});
