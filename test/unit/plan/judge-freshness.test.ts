import * as fc from 'fast-check';
import { judgeFreshness, judgeWaitSeconds } from '../../../workflows/freshness/judge-freshness';
import type { FreshnessState } from '../../../workflows/model/freshness';

const ABOUT = { stack: 'melvin', host: 'local' };
const LIMITS = { pointSeconds: 26 * 3600 };
const HOUR = 3_600_000;
const START = Date.parse('2026-12-01T00:00:00.000Z');
const time = (hours: number): string => new Date(START + hours * HOUR).toISOString();

const judge = (state: FreshnessState, hours: number) =>
  judgeFreshness(ABOUT, LIMITS, state, START + hours * HOUR);

describe('the freshness of recovery points', () => {
  const state: FreshnessState = { watchedSince: time(0), seen: { pointAt: time(3) } };

  it('is well until the limit, and stale after it, since then', () => {
    expect(judge(state, 29)).toEqual({ state });
    const { notice, state: then } = judge(state, 30);
    expect(notice).toMatchObject({ event: 'stale', since: time(29), at: time(30) });
    expect(notice?.why).toBe(`The newest whole recovery point is of ${time(3)}.`);
    expect(judge(then, 50)).toEqual({ state: then });
  });

  it('is stale without any point when somebody has looked for so long', () => {
    const none: FreshnessState = { watchedSince: time(0), seen: {} };
    expect(judge(none, 26).notice).toBeUndefined();
    expect(judge(none, 27).notice?.why).toContain(`has been seen since ${time(0)}`);
  });

  it('counts what was seen last when nobody answers, and says so', () => {
    const silent = { ...state, unseen: { since: time(20), reason: 'no worker took it' } };
    expect(judge(silent, 21).notice).toBeUndefined();
    expect(judge(silent, 30).notice?.why).toContain(
      `could not be looked at since ${time(20)}: no worker took it.`,
    );
  });

  it('is told to be well again once, and never of a point that was not seen', () => {
    const told: FreshnessState = { ...state, toldStale: time(29), seen: { pointAt: time(40) } };
    const unseen = { since: time(41), reason: 'away' };
    expect(judge({ ...told, unseen }, 42).notice).toBeUndefined();
    const { notice, state: then } = judge(told, 42);
    expect(notice).toMatchObject({ event: 'recovered', since: time(40) });
    expect(notice?.why).toBe(`It was too old since ${time(29)}.`);
    expect(judge(then, 43).notice).toBeUndefined();
  });

  it('never tells the same twice in a row', () => {
    const looks = fc.array(
      fc.record({ hours: fc.integer({ min: 1, max: 40 }), saved: fc.boolean() }),
    );
    fc.assert(
      fc.property(looks, (all) => {
        let now = 0;
        let at: FreshnessState = { watchedSince: time(0), seen: {} };
        const events: string[] = [];
        for (const { hours, saved } of all) {
          now += hours;
          if (saved) at = { ...at, seen: { pointAt: time(now) } };
          const verdict = judge(at, now);
          at = verdict.state;
          if (verdict.notice) events.push(verdict.notice.event);
        }
        expect(events).toEqual(events.map((_, index) => (index % 2 === 0 ? 'stale' : 'recovered')));
      }),
    );
  });

  it.each([
    [26 * 3600, 3600],
    [3600, 180],
    [1, 1],
  ])('of %d s is looked at every %d s', (pointSeconds, seconds) => {
    expect(judgeWaitSeconds({ pointSeconds })).toBe(seconds);
  });
});
