import type { RestoreOptions } from '../../../workflows/model/options';
import { chooseRecoveryPoint } from '../../../workflows/model/choose-recovery-point';
import type { RecoveryPointSummary } from '../../../workflows/model/recovery-point';
import { describePoint } from '../../support/descriptions';

const point = (
  id: string,
  day: number,
  change: Partial<RecoveryPointSummary> = {},
): RecoveryPointSummary =>
  describePoint({ id, runKey: `key-${id}`, takenAt: `2026-01-0${day}T00:00:00.000Z`, ...change });

const points = [
  point('aaaa1111', 1),
  point('aaaa2222', 3, { run: 'melvin/3' }),
  point('bbbb3333', 2),
];

const choose = (
  wanted: RestoreOptions['point'],
  only: readonly string[] = [],
  among: readonly RecoveryPointSummary[] = points,
): string => {
  const chosen = chooseRecoveryPoint(among, { point: wanted, only });
  return typeof chosen === 'string' ? chosen : `= ${chosen.id}`;
};

describe('choosing a recovery point', () => {
  it('takes the newest by its time, not by its place in the list', () => {
    expect(choose({ newest: true })).toBe('= aaaa2222');
  });

  it('takes an id, a unique prefix of one, or the run that made it', () => {
    expect(choose({ id: 'bbbb3333' })).toBe('= bbbb3333');
    expect(choose({ id: 'bbbb' })).toBe('= bbbb3333');
    expect(choose({ id: 'melvin/3' })).toBe('= aaaa2222');
  });

  it('takes an id by which a point was known before restic wrote it anew', () => {
    const points = [point('cccc4444', 4, { otherIds: ['dddd5555'] })];
    for (const id of ['dddd5555', 'dddd', 'cccc']) {
      const chosen = chooseRecoveryPoint(points, { point: { id }, only: [] });
      expect(chosen).toMatchObject({ id: 'cccc4444' });
    }
  });

  it('names the candidates of an ambiguous prefix and chooses none', () => {
    expect(choose({ id: 'aaaa' })).toBe('aaaa could be aaaa2222, aaaa1111');
  });

  it('takes the newest that is not after a time', () => {
    expect(choose({ at: '2026-01-02T12:00:00+00:00' })).toBe('= bbbb3333');
  });

  it('says how old the oldest is when a time lies before all', () => {
    expect(choose({ at: '2025-01-01T00:00:00Z' })).toMatch(/oldest, aaaa1111/);
  });

  it('says so when there is none', () => {
    expect(choose({ newest: true }, [], [])).toMatch(/no recovery point/);
    expect(choose({ id: 'cc' })).toMatch(/no recovery point is called cc/);
  });
});

describe('choosing among partial recovery points', () => {
  const held = (...entries: string[]) => ({ entries, partial: true });
  const mixed = [
    point('whole111', 1, { entries: ['accounts', 'server', 'uploads'] }),
    point('accounts', 2, held('accounts')),
    point('twoparts', 3, held('accounts', 'uploads')),
    point('uploads4', 4, held('uploads')),
  ];
  const partial = mixed.slice(1);
  const newest = { newest: true } as const;

  it('takes one of everything for a restore of everything, however old it is', () => {
    expect(choose(newest, [], mixed)).toBe('= whole111');
    expect(choose({ at: '2026-01-03T12:00:00Z' }, [], mixed)).toBe('= whole111');
  });

  it('takes the newest that has all chosen parts, be it partial or not', () => {
    expect(choose(newest, ['uploads'], mixed)).toBe('= uploads4');
    expect(choose(newest, ['accounts', 'uploads'], mixed)).toBe('= twoparts');
    expect(choose(newest, ['server/melvin', 'server'], mixed)).toBe('= whole111');
    expect(choose({ at: '2026-01-02T12:00:00Z' }, ['accounts'], mixed)).toBe('= accounts');
  });

  it('takes the one that is named as it is', () => {
    expect(choose({ id: 'uploads4' }, [], mixed)).toBe('= uploads4');
    expect(choose({ id: 'uploads4' }, ['accounts'], mixed)).toBe('= uploads4');
  });

  it('names them, and how to take one, when there is no other', () => {
    expect(choose(newest, [], partial)).toBe(
      'each recovery point that could be meant holds a part of the stack only: uploads4 (uploads), ' +
        'twoparts (accounts, uploads), accounts (accounts); --point takes one as it is',
    );
    const many = Array.from({ length: 9 }, (_, index) => point(`point${index}`, 1, held('a')));
    expect(choose(newest, [], many)).toMatch(/point4 \(a\) and 4 more; --point/);
  });

  it('says where each chosen part is when none has them all', () => {
    expect(choose(newest, ['accounts', 'server/melvin'], partial)).toBe(
      'no recovery point that could be meant has all of accounts, server/melvin: ' +
        'accounts is in twoparts, none has server',
    );
  });
});
