import type { SlotCounters, SwitchCounters } from '../../../workflows/model/traffic';
import { judgeTraffic, type Looks } from '../../../workflows/release/judge-traffic';

const POLICY = { maxErrorRate: 1, maxSlowdown: 1.5, minRequests: 100 };
const NONE = { sent: 0, failed: 0 };

const slot = (responses: number, errors: number, responseMilliseconds = 10): SlotCounters => ({
  ...{ up: 1, servers: [], weight: 1, inFlight: 0, connectionErrors: 0 },
  ...{ responses, errors, responseMilliseconds },
});

const counters = (blue: SlotCounters, green: SlotCounters): SwitchCounters => ({ blue, green });

const START = counters(slot(1_000, 5), slot(50, 0));

const judge = (after: SwitchCounters, probes = NONE) =>
  judgeTraffic(POLICY, 'green', [START, after], probes);

it('passes a slot that answers as the old one does', () => {
  expect(judge(counters(slot(3_000, 5), slot(250, 0)))).toMatchObject({
    ...{ verdict: 'passed', newResponses: 200, newErrors: 0 },
  });
});

it('refuses a slot that gives more errors than are allowed, and says how many', () => {
  const { verdict, detail } = judge(counters(slot(3_000, 5), slot(250, 10)));
  expect(verdict).toBe('failed');
  expect(detail).toContain('new: 10 of 200 failed (5.0 %); old: 0 of 2000 failed');
});

it('does not lay at the door of the release what the old slot has too', () => {
  expect(judge(counters(slot(2_000, 105), slot(250, 20))).verdict).toBe('passed');
});

it('refuses a slot that is slower than allowed, by the old one in the same time', () => {
  const slow = counters(slot(3_000, 5, 40), slot(250, 0, 161));
  expect(judge(slow).verdict).toBe('failed');
  expect(judge(slow).detail).toContain("241 ms, the old one's 41 ms");
});

it('is not led astray by what was in the slot before', () => {
  // 200 answers of 400 ms after thousands of 100 ms: HAProxy's average has come to 197 ms.
  const before = counters(slot(9_000, 0, 100), slot(5_000, 0, 100));
  const after = counters(slot(9_200, 0, 100), slot(5_200, 0, 197));
  const { verdict, detail } = judgeTraffic(
    { ...POLICY, maxSlowdown: 2 },
    'green',
    [before, after],
    NONE,
  );
  expect(detail).toContain("400 ms, the old one's 100 ms");
  expect(verdict).toBe('failed');
});

it('takes the rounding of few answers for no slowdown', () => {
  const policy = { ...POLICY, minRequests: 10 };
  const before = counters(slot(9_000, 0, 10), slot(5_000, 0, 10));
  const after = counters(slot(9_200, 0, 10), slot(5_020, 0, 11));
  expect(judgeTraffic(policy, 'green', [before, after], NONE).verdict).toBe('passed');
});

/** Looks at a slot of which each span has so many responses with these means; HAProxy's average as it comes to be. */
function looksOf(spans: readonly (readonly [fresh: number, old: number])[]): Looks {
  const RESPONSES = 140;
  const kept = (1 - 1 / 512) ** RESPONSES;
  const next = (counted: SlotCounters, mean: number): SlotCounters => {
    const average = counted.responseMilliseconds * kept + mean * (1 - kept);
    return slot(counted.responses + RESPONSES, 0, average);
  };
  return spans.reduce<Looks>(
    (looks, [fresh, old]) => {
      const { blue, green } = looks.at(-1) ?? looks[0];
      return [...looks, counters(next(blue, old), next(green, fresh))];
    },
    [counters(slot(9_000, 0, 50), slot(9_000, 0, 50))],
  );
}

it('takes for no slowdown what some slow answers among many quick ones make by chance', () => {
  const spans = [
    [20, 60],
    [310, 40],
    [40, 90],
    [30, 20],
    [110, 40],
  ] as const;
  const judged = judgeTraffic(POLICY, 'green', looksOf(spans), NONE);
  expect(judged.detail).toMatch(/its answers took 96 ± 54 ms, the old one's 47 ± 12 ms/);
  expect(judged.verdict).toBe('passed');
});

it('refuses a slot that is slower all the time, at once only when that is beyond doubt', () => {
  const steady = [
    [210, 60],
    [190, 40],
    [240, 90],
    [230, 20],
    [160, 40],
  ] as const;
  const isOver = (over: boolean) => judgeTraffic(POLICY, 'green', looksOf(steady), NONE, over);
  expect(isOver(true).verdict).toBe('failed');
  const unsteady = steady.map(([fresh, old], at) => [fresh + (at % 2) * 120, old] as const);
  const doubtful = (over: boolean) => judgeTraffic(POLICY, 'green', looksOf(unsteady), NONE, over);
  expect(isOver(false).verdict).toBe('failed');
  expect([doubtful(true).verdict, doubtful(false).verdict]).toEqual(['failed', 'passed']);
});

it('takes some milliseconds for no slowdown', () => {
  expect(judge(counters(slot(3_000, 5, 1), slot(250, 0, 9))).verdict).toBe('passed');
});

it('says when there was not enough traffic to judge', () => {
  expect(judge(counters(slot(1_100, 5), slot(60, 0))).verdict).toBe('not-enough-traffic');
});

it('says that no user was there, and does not call it passed, however many probes are good', () => {
  const judged = judge(START, { sent: 300, failed: 0 });
  expect(judged).toMatchObject({
    ...{ verdict: 'probes-only', newResponses: 0, newErrors: 0 },
    probes: { sent: 300, failed: 0 },
  });
  expect(judged.detail).toContain("no users' answers: judged by probes only");
});

it('lets no number of good probes make up for errors of users: 300 good ones, and 3 of 3 users failed', () => {
  const { verdict, newResponses, newErrors } = judge(counters(slot(1_003, 5), slot(53, 3)), {
    ...{ sent: 300, failed: 0 },
  });
  expect([verdict, newResponses, newErrors]).toEqual(['failed', 3, 3]);
});

it('does not wait for enough answers where chance cannot make so many errors, and does where it can', () => {
  const few = (responses: number, errors: number) =>
    judge(counters(slot(1_100, 5), slot(50 + responses, errors))).verdict;
  expect(few(1, 1)).toBe('not-enough-traffic');
  expect(few(2, 2)).toBe('failed');
  expect(few(90, 2)).toBe('not-enough-traffic');
  expect(few(40, 5)).toBe('failed');
});

it('takes errors that users of the old slot get too for no fault of the release, of few answers also', () => {
  expect(judge(counters(slot(1_003, 8), slot(53, 3))).verdict).toBe('not-enough-traffic');
});

it('refuses a slot that answers too few of its own probes, whatever users get', () => {
  expect(judge(START, { sent: 150, failed: 15 }).verdict).toBe('failed');
  const busy = counters(slot(3_000, 5), slot(250, 0));
  expect(judge(busy, { sent: 150, failed: 15 }).verdict).toBe('failed');
  expect(judge(busy, { sent: 150, failed: 1 }).verdict).toBe('passed');
});

it('refuses a slot that answers no probe, however few there were', () => {
  expect(judge(START, { sent: 3, failed: 3 }).verdict).toBe('failed');
});

it('does not wait for enough requests when it is bad beyond doubt', () => {
  expect(judge(counters(slot(1_100, 5), slot(80, 12))).verdict).toBe('failed');
});

it('counts from nothing after a restart of the switch', () => {
  expect(judge(counters(slot(900, 0), slot(30, 0)))).toMatchObject({
    ...{ verdict: 'not-enough-traffic', newResponses: 30, newErrors: 0 },
  });
});
