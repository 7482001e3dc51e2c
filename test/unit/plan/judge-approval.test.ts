import type { ApprovalState } from '../../../workflows/model/approval';
import { judgeAnswer, judgePolicy, whoMay } from '../../../workflows/run/people/judge-approval';

const NOW = '2026-11-21T03:00:00.000Z';
const HASH = 'a'.repeat(64);

function waiting(change: Partial<ApprovalState> = {}): ApprovalState {
  return {
    planHash: HASH,
    notes: [],
    required: 1,
    from: ['anna', 'ben'],
    self: false,
    requestedBy: 'anna@laptop',
    since: '2026-11-21T02:00:00.000Z',
    expiresAt: '2026-11-21T06:00:00.000Z',
    given: [],
    ...change,
  };
}

function approvalBy(by: string, state = waiting(), change: object = {}): string | undefined {
  return judgeAnswer('approve', 'melvin/42', state, { by, planHash: HASH, ...change }, NOW)
    ?.obstacle;
}

describe('an approval', () => {
  it.each(['ben', 'ben@laptop', 'ben@workshop'])('is taken from %s', (by) => {
    expect(approvalBy(by)).toBeUndefined();
  });

  it.each(['carl', 'carl@ben', 'Ben', 'ben ', '', '@ben'])(
    'is refused from "%s", who is not named',
    (by) => {
      expect(approvalBy(by)).toMatch(/is not one of those who may answer/);
    },
  );

  it.each(['anna', 'anna@laptop', 'anna@workshop'])(
    'is refused from %s, whose run it is, on whatever machine',
    (by) => {
      expect(approvalBy(by)).toMatch(/requested melvin\/42, and somebody else must answer/);
    },
  );

  it('is taken from whoever asked where the stack file says `self`', () => {
    expect(approvalBy('anna@laptop', waiting({ self: true }))).toBeUndefined();
  });

  it('is taken on the named machine only where the stack file names one', () => {
    const state = waiting({ from: ['ben@workshop'] });
    expect(approvalBy('ben@workshop', state)).toBeUndefined();
    expect(approvalBy('ben@laptop', state)).toMatch(/is not one of those/);
    expect(approvalBy('ben', state)).toMatch(/is not one of those/);
  });

  it('is refused from the same person a second time, on another machine too', () => {
    const state = waiting({ required: 2, given: [{ by: 'ben@laptop', planHash: HASH, at: NOW }] });
    expect(approvalBy('ben@laptop', state)).toMatch(/ben@laptop has approved melvin\/42 already/);
    expect(approvalBy('ben@workshop', state)).toMatch(/has approved/);
  });

  it('tells machines apart where the stack file does', () => {
    const from = ['root@one', 'root@two'];
    const state = waiting({ from, requestedBy: 'root@one' });
    expect(approvalBy('root@two', state)).toBeUndefined();
    expect(approvalBy('root@one', state)).toMatch(/somebody else must/);
  });

  it('knows a user by a name that has an @ itself', () => {
    const state = waiting({ from: ['ben@example.org'] });
    expect(approvalBy('ben@example.org@laptop', state)).toBeUndefined();
  });

  it('is refused for another plan, a shortened hash included', () => {
    const planHash = 'b'.repeat(64);
    expect(approvalBy('ben', waiting(), { planHash })).toMatch(/plan .* is aaaaaaaaaaaa, not bbbb/);
    expect(approvalBy('ben', waiting(), { planHash: HASH.slice(0, 12) })).toMatch(/not aaaa/);
  });

  it('is refused when the time is over, to the millisecond', () => {
    expect(approvalBy('ben', waiting({ expiresAt: NOW }))).toMatch(/can no longer be answered/);
    expect(approvalBy('ben', waiting({ expiresAt: NOW.replace('000Z', '001Z') }))).toBeUndefined();
  });

  it('is refused by a run that waits for nobody', () => {
    const answer = { by: 'ben', planHash: HASH };
    expect(judgeAnswer('approve', 'melvin/42', undefined, answer, NOW)).toMatchObject({
      obstacle: 'melvin/42 waits for no approval',
    });
  });

  it.each([
    [undefined],
    [null],
    ['ben'],
    [[]],
    [{}],
    [{ by: 'ben' }],
    [{ by: 7, planHash: HASH }],
    [{ by: 'ben', planHash: HASH, message: { a: 1 } }],
    [{ by: 'ben', planHash: HASH, message: null }],
    [{ by: 'ben', planHash: HASH, message: 'x'.repeat(1001) }],
  ])('that is %j is refused with an example of a good one', (answer) => {
    const refused = judgeAnswer('approve', 'melvin/42', waiting(), answer, NOW);
    expect(refused?.obstacle).toMatch(/an answer is an object of texts/);
    expect(refused?.advice).toContain(`"planHash": "${HASH}"`);
  });
});

describe('a rejection', () => {
  const rejection = (by: string, message?: string, state = waiting()): string | undefined =>
    judgeAnswer('reject', 'melvin/42', state, { by, planHash: HASH, message }, NOW)?.obstacle;

  it('is taken with its reason', () => {
    expect(rejection('ben', 'not on a Friday')).toBeUndefined();
  });

  it.each([undefined, '', '  '])('is refused without one: %j', (message) => {
    expect(rejection('ben', message)).toBe('a rejection needs a reason');
  });

  it('is taken from somebody who had approved before', () => {
    const state = waiting({ required: 2, given: [{ by: 'ben', planHash: HASH, at: NOW }] });
    expect(rejection('ben', 'I was wrong', state)).toBeUndefined();
  });

  it('is refused from who may not approve either', () => {
    expect(rejection('carl', 'no')).toMatch(/is not one of those/);
    expect(rejection('anna@laptop', 'no')).toMatch(/somebody else must/);
  });
});

describe('a policy', () => {
  const policy = { required: 1, from: ['anna', 'ben'], expiresSeconds: 1, self: false };

  it('leaves out whoever asks', () => {
    expect(whoMay(policy, 'anna@laptop')).toEqual(['ben']);
    expect(whoMay(policy, 'carl@laptop')).toEqual(['anna', 'ben']);
    expect(whoMay({ ...policy, self: true }, 'anna@laptop')).toEqual(['anna', 'ben']);
  });

  it('that this person can never meet is told at once', () => {
    const two = { ...policy, required: 2 };
    expect(judgePolicy(two, 'carl@laptop')).toBeUndefined();
    expect(judgePolicy(two, 'anna@laptop')?.obstacle).toMatch(/only ben may approve it/);
    const alone = { ...policy, from: ['anna'] };
    expect(judgePolicy(alone, 'anna@laptop')?.obstacle).toMatch(/nobody may approve it/);
    expect(judgePolicy({ ...alone, self: true }, 'anna@laptop')).toBeUndefined();
  });
});
