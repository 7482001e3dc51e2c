import { estimateDisk, refuseFullDisk } from '../../../workflows/release/estimate-disk';
import { hashPlan } from '../../../workflows/run/hash-plan';

it('reckons with four times what is fetched', () => {
  expect(estimateDisk({ fetchedBytes: 100, freeBytes: 7 })).toEqual({
    ...{ neededBytes: 400, freeBytes: 7 },
  });
  expect(estimateDisk({})).toEqual({});
});

it('refuses what does not fit, and says how much there is', () => {
  const refused = refuseFullDisk({ neededBytes: 3_000_000_001, freeBytes: 3_000_000_000 });
  expect(refused?.obstacle).toContain('need about 3001 MB');
  expect(refused?.obstacle).toContain('has 3000 MB free');
});

it.each([
  ['fits', { neededBytes: 100, freeBytes: 100 }],
  ['needs what nobody knows', { freeBytes: 1 }],
  ['is fetched to a disk that nobody sees', { neededBytes: 1_000_000 }],
])('refuses nothing that %s', (_what, disk) => {
  expect(refuseFullDisk(disk)).toBeUndefined();
});

it('is no part of what a plan’s hash is of', () => {
  const plan = { runbook: 'deploy', release: 1 };
  expect(hashPlan({ ...plan, disk: { freeBytes: 1 } })).toBe(hashPlan(plan));
});
