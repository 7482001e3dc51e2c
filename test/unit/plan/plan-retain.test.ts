import { planRetain } from '../../../workflows/retain/plan-retain';
import { describeStack } from '../../support/descriptions';
import { describePointFacts, describeRetention } from '../../support/retention-facts';

const NOW = '2026-11-30T12:00:00.000Z';
const KEEP = { last: 1, zone: 'UTC' };
const POINTS = ['2026-11-30T03:00:00.000Z', '2026-11-29T03:00:00.000Z'].map((at) =>
  describePointFacts(at),
);

const plan = (stack = describeStack({ keep: KEEP }), change = {}, readAll = false) =>
  planRetain(stack, { readAll }, describeRetention({ points: POINTS, ...change }), NOW);

describe('planning a retain', () => {
  it('forgets, then prunes, then checks, then records', () => {
    expect(plan().steps).toEqual([
      { id: 'forget', title: 'forget 1 recovery point' },
      { id: 'prune', title: 'free what nothing needs' },
      { id: 'check', title: 'check the repository, read part 1 of 28' },
      expect.objectContaining({ id: 'record' }),
    ]);
  });

  it('only checks without a policy, whatever failed runs have left', () => {
    const { steps, strays, forgets } = plan(describeStack(), { strays: 3 });
    expect(steps.map(({ id }) => id)).toEqual(['check', 'record']);
    expect([strays, forgets]).toEqual([0, false]);
  });

  it('forgets what failed runs have left, also where no point goes', () => {
    const { steps } = plan(undefined, { points: POINTS.slice(0, 1), strays: 2 });
    expect(steps[0]?.title).toBe('forget what 2 failed runs left');
  });

  it('reads all of it when told to', () => {
    expect(plan(undefined, {}, true).reads).toEqual({ slice: 1, of: 1 });
  });

  it.each([
    [12.9, ['The repository’s disk is full in about 12 days']],
    [31, []],
  ])('tells when there is room for %d days', (days, told) => {
    const growth = { bytesPerDay: 2e9, overDays: 14, freeBytes: days * 2e9 };
    const { notes } = plan(undefined, { growth });
    expect(notes.map((note) => note.replace("'", '’').split(' unless')[0])).toEqual(told);
  });

  it('lets nothing go once damage was found, and reads the same again', () => {
    const damage = { at: '2026-11-29T04:00:00.000Z', slice: { slice: 5, of: 28 } };
    const { steps, points, reads, notes } = plan(undefined, { damage, strays: 2 });
    expect(steps.map(({ id }) => id)).toEqual(['check', 'record']);
    expect(points.map(({ kept, reasons }) => [kept, reasons[0]])).toEqual([
      [true, 'newest'],
      [true, 'damage was found'],
    ]);
    expect(reads).toEqual(damage.slice);
    expect(notes[0]).toContain(damage.at);
  });

  it('says what it leaves alone', () => {
    expect(plan(undefined, { unreadable: 1, notSeen: 2 }).notes).toEqual([
      expect.stringContaining('1 manifest') as string,
      expect.stringContaining('2 older points') as string,
    ]);
  });
});
