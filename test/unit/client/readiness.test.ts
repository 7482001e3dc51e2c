import { judgeReadiness } from '../../../client/readiness/judge-readiness';
import { renderReadiness } from '../../../client/render/readiness';
import { renderPoints } from '../../../client/render/points';
import type { ProofSummary } from '../../../workflows/model/proof';
import type { ListedPoint } from '../../../workflows/model/recovery-point';

const HOUR = 3600_000;
const NOW = Date.parse('2026-12-01T06:00:00.000Z');
const ago = (hours: number) => new Date(NOW - hours * HOUR).toISOString();

const proofOf = (hours: number, change: Partial<ProofSummary> = {}): ProofSummary => ({
  ...{ runKey: 'key-1', pointId: 'aaaa1111', drill: 'melvin/2', drillKey: 'key-2' },
  ...{ provedAt: ago(hours), ok: true, whole: true, gates: ['fetch', 'restore', 'content'] },
  ...{ bytes: 500e6, recoverySeconds: 50, ...change },
});

const pointOf = (hours: number, change: Partial<ListedPoint> = {}): ListedPoint => ({
  ...{ id: 'aaaa1111', stack: 'melvin', run: 'melvin/1', runKey: 'key-1', takenAt: ago(hours) },
  ...{ parts: 2, bytes: 1e9, entries: ['a', 'b'], partial: false, missing: 0, missingParts: [] },
  ...change,
});

const judge = (points: readonly ListedPoint[]) => judgeReadiness({ points, unreadable: [] }, NOW);

describe('readiness', () => {
  it('tells how long a total loss would take, by what the newest drill measured', () => {
    const readiness = judge([pointOf(2), pointOf(26, { id: 'b', proof: proofOf(20) })]);
    expect(readiness).toMatchObject({
      ...{ verdict: 'ready', forecast: { bytesPerSecond: 10e6, seconds: 100 } },
      point: { id: 'aaaa1111', ageSeconds: 7200 },
    });
  });

  it.each([
    ['there is no point', [], 'no recovery point that is whole'],
    ['none was ever proved', [pointOf(1)], 'ever proved'],
    [
      'only a part of one was proved',
      [pointOf(1, { proof: proofOf(1, { whole: false }) })],
      'ever proved as a whole',
    ],
    [
      'only a partial one was proved',
      [pointOf(1), pointOf(1, { partial: true, proof: proofOf(1) })],
      'ever proved as a whole',
    ],
    [
      'the newest drill failed, though an older one held',
      [
        pointOf(1, { proof: proofOf(0, { ok: false, failed: 'content of a' }) }),
        pointOf(25, { proof: proofOf(20) }),
      ],
      'failed at content of a',
    ],
  ])('is lacking when %s', (_why, points, told) => {
    const { verdict, lacking } = judge(points);
    expect([verdict, lacking.join('; ')]).toEqual([
      'not-ready',
      expect.stringContaining(told) as string,
    ]);
  });

  it.each([
    ['the newest point', [pointOf(27, { proof: proofOf(20) })], 'point is more than 26 hours'],
    ['the newest proof', [pointOf(1, { proof: proofOf(200) })], 'proof is more than 8 days'],
  ])('warns when %s is old', (_what, points, told) => {
    expect(judge(points)).toMatchObject({
      ...{ verdict: 'ready-with-warnings', warnings: [expect.stringContaining(told)] },
    });
  });

  it('does not take a point that has lost parts, or is partial, for one to go back to', () => {
    const torn = pointOf(1, { missing: 1 });
    const partial = pointOf(2, { partial: true });
    const good = pointOf(9, { id: 'good', proof: proofOf(3) });
    expect(judge([torn, partial, good]).point?.id).toBe('good');
  });

  it('is one screen', () => {
    const failed = proofOf(1, { ok: false, failed: 'content of a', drill: 'melvin/3' });
    const points = [pointOf(2, { proof: failed }), pointOf(30, { id: 'b', proof: proofOf(20) })];
    expect(renderReadiness('melvin', judge(points))).toMatchInlineSnapshot(`
     "melvin is NOT ready
       newest point  aaaa1111, 2 h 00 min old, 1.0 GB
       newest proof  of aaaa1111, 20 h 00 min ago, by fetch, restore, content
       a total loss  about 1 min 40 s for the data at 10.0 MB/s, as the newest drill measured
       would lose    what was written in the last 2 h 00 min
       lacking: the newest drill, melvin/3, failed at content of a
       drill     when                 size    took  came to
       melvin/3  2026-12-01 05:00:00  500 MB  50 s  FAILED at content of a
       melvin/2  2026-11-30 10:00:00  500 MB  50 s  held"
    `);
    expect(renderPoints({ points, unreadable: [] })).toMatch(
      /FAILED at content of a[^]*fetch, restore, content/,
    );
  });
});
