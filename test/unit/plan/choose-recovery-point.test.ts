import { chooseRecoveryPoint } from '../../../workflows/model/choose-recovery-point';
import type { RecoveryPointSummary } from '../../../workflows/model/recovery-point';

const point = (id: string, takenAt: string, run = 'melvin/1'): RecoveryPointSummary => ({
  id,
  stack: 'melvin',
  run,
  runKey: `key-${id}`,
  takenAt,
  parts: 1,
  bytes: 1,
});

const points = [
  point('aaaa1111', '2026-01-01T00:00:00.000Z'),
  point('aaaa2222', '2026-01-03T00:00:00.000Z', 'melvin/3'),
  point('bbbb3333', '2026-01-02T00:00:00.000Z'),
];

describe('choosing a recovery point', () => {
  it('takes the newest by its time, not by its place in the list', () => {
    expect(chooseRecoveryPoint(points, { newest: true })).toMatchObject({ id: 'aaaa2222' });
  });

  it('takes an id, a unique prefix of one, or the run that made it', () => {
    expect(chooseRecoveryPoint(points, { id: 'bbbb3333' })).toMatchObject({ id: 'bbbb3333' });
    expect(chooseRecoveryPoint(points, { id: 'bbbb' })).toMatchObject({ id: 'bbbb3333' });
    expect(chooseRecoveryPoint(points, { id: 'melvin/3' })).toMatchObject({ id: 'aaaa2222' });
  });

  it('names the candidates of an ambiguous prefix and chooses none', () => {
    expect(chooseRecoveryPoint(points, { id: 'aaaa' })).toBe('aaaa could be aaaa2222, aaaa1111');
  });

  it('takes the newest that is not after a time', () => {
    const at = '2026-01-02T12:00:00+00:00';
    expect(chooseRecoveryPoint(points, { at })).toMatchObject({ id: 'bbbb3333' });
  });

  it('says how old the oldest is when a time lies before all', () => {
    expect(chooseRecoveryPoint(points, { at: '2025-01-01T00:00:00Z' })).toMatch(/oldest, aaaa1111/);
  });

  it('says so when there is none', () => {
    expect(chooseRecoveryPoint([], { newest: true })).toMatch(/no recovery point/);
    expect(chooseRecoveryPoint(points, { id: 'cc' })).toMatch(/no recovery point is called cc/);
  });
});
