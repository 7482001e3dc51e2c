import type { RestorePlan } from '../../../workflows/model/plans';
import type { ManifestSummary } from '../../../workflows/model/recovery-point';
import { chooseParts, planRestore, type ChosenPart } from '../../../workflows/plan/plan-restore';
import { describePart, describeStack, describeStoredPart } from '../../support/descriptions';

const globals = describePart({
  name: 'server/globals',
  entry: 'server',
  kind: 'globals',
  source: '',
});
const orders = describePart({ name: 'server/orders', entry: 'server', source: 'orders' });
const manifest: ManifestSummary = {
  point: {
    id: 'aaaa1111',
    stack: 'melvin',
    run: 'melvin/1',
    runKey: 'key',
    takenAt: '2026-01-01T00:00:00.000Z',
    parts: 3,
    bytes: 3000,
  },
  host: 'local',
  parts: [describePart(), orders, globals].map(describeStoredPart),
};
const options = { point: { newest: true }, only: [] } as const;

function choose(change: object = {}): readonly ChosenPart[] {
  const chosen = chooseParts(manifest, { ...options, ...change }, 7);
  if (!Array.isArray(chosen)) throw new Error(JSON.stringify(chosen));
  return chosen as readonly ChosenPart[];
}

function planned(plan: ReturnType<typeof planRestore>): Omit<RestorePlan, 'hash'> {
  if ('obstacle' in plan) throw new Error(plan.obstacle);
  return plan;
}

describe('choosing parts of a recovery point', () => {
  it('takes all, globals first, since databases belong to roles', () => {
    expect(choose().map(({ stored }) => stored.part.name)).toEqual([
      'server/globals',
      'accounts',
      'server/orders',
    ]);
  });

  it('takes a part by its name and all parts of an entry by the entry', () => {
    expect(choose({ only: ['server'] })).toHaveLength(2);
    expect(choose({ only: ['server/orders'] })).toHaveLength(1);
  });

  it('refuses a part that the recovery point does not have', () => {
    expect(chooseParts(manifest, { ...options, only: ['ordres'] }, 7)).toMatchObject({
      obstacle: 'recovery point aaaa1111 has no part ordres',
    });
  });

  it('restores exactly one part into another place', () => {
    expect(choose({ only: ['accounts'], into: 'copy' })[0]?.target.into).toBe('copy');
    expect(chooseParts(manifest, { ...options, into: 'copy' }, 7)).toMatchObject({
      obstacle: '--into takes exactly one part, and 3 are chosen',
    });
  });
});

describe('planning a restore', () => {
  const there = { exists: true, otherSessions: 0 };

  it('restores and proves every part before it swaps any', () => {
    const plan = planRestore(
      describeStack(),
      manifest,
      choose({ only: ['accounts', 'server/orders'] }),
      [there, there],
    );
    expect(planned(plan).steps.map((step) => step.id)).toEqual([
      'restore:accounts',
      'prove:accounts',
      'restore:server/orders',
      'prove:server/orders',
      'swap:accounts',
      'swap:server/orders',
      'record',
    ]);
  });

  it('names what the old content will be called, and nothing where there is none', () => {
    const chosen = choose({ only: ['accounts'] });
    expect(planRestore(describeStack(), manifest, chosen, [there])).toMatchObject({
      parts: [{ keepAs: 'melvin_before_7' }],
    });
    const plan = planRestore(describeStack(), manifest, chosen, [
      { exists: false, otherSessions: 0 },
    ]);
    expect(planned(plan).parts[0]).not.toHaveProperty('keepAs');
  });

  it('tells which sessions will be disconnected', () => {
    const plan = planRestore(describeStack(), manifest, choose({ only: ['accounts'] }), [
      { exists: true, otherSessions: 3 },
    ]);
    expect(plan).toMatchObject({
      notes: ['3 session(s) on melvin will be disconnected at the swap.'],
    });
  });

  it('refuses to begin where old and new do not fit beside each other', () => {
    const plan = planRestore(describeStack(), manifest, choose({ only: ['accounts'] }), [
      { exists: true, otherSessions: 0, freeBytes: 999 },
    ]);
    expect(plan).toMatchObject({
      obstacle: expect.stringContaining('needs 1000 bytes beside melvin') as string,
    });
  });
});
