import { eventsBetween } from '../../../client/follow/run-events';
import type { RunProgress } from '../../../workflows/model/run';
import { personWait, waitingWords } from '../../../client/follow/waiting-words';
import { renderQuestion, renderTaken, renderWaitingRuns } from '../../../client/render/approval';
import { renderRun } from '../../../client/render/run-frame';
import { renderRunEvent } from '../../../client/render/run-event';
import type { ApprovalState } from '../../../workflows/model/approval';
import { expectGolden } from './golden';
import { NOW, step, view } from './views';

const HASH = '4a3bd8dd540d9c0b7a'.padEnd(64, '0');
const BEN = { by: 'ben@workshop', planHash: HASH, at: '2026-11-21T03:00:30.000Z' };

function waiting(change: Partial<ApprovalState> = {}): ApprovalState {
  return {
    planHash: HASH,
    notes: ['The switch of api is recreated: some seconds without an answer.'],
    ...{ required: 2, from: ['anna', 'ben', 'carl'], self: false },
    requestedBy: 'anna@laptop',
    since: '2026-11-21T03:00:00.000Z',
    expiresAt: '2026-11-21T07:00:00.000Z',
    given: [{ ...BEN, message: 'tested on \u001b[31mstaging' }],
    ...change,
  };
}

const RUN = {
  run: 'melvin/42',
  runbook: 'deploy',
  approval: waiting(),
  steps: ['prepare release 4', 'start api-green'],
};

describe('runs that wait for approval', () => {
  it('are listed with plan, who asked, until when, and how many are missing of whom', () => {
    expectGolden('approvals', renderWaitingRuns([RUN]));
  });

  it('show plan, notes and what others have said before they ask', () => {
    expectGolden('approval-question', renderQuestion(RUN));
  });

  it('show the first steps of very many, and how many more there are', () => {
    const steps = Array.from({ length: 100 }, (_, n) => `step ${n}`);
    const lines = renderQuestion({ ...RUN, steps }).split('\n');
    expect(lines).toContain('  and 60 steps more');
    expect(lines.length).toBeLessThan(60);
  });

  it.each([
    [waiting(), 'melvin/42 has your approval; 1 more person must approve it.'],
    [waiting({ required: 3 }), 'melvin/42 has your approval; 2 more people must approve it.'],
    [waiting({ required: 1 }), 'melvin/42 is approved, and goes on.'],
    [waiting({ rejectedBy: BEN }), 'melvin/42 is rejected; nothing was changed.'],
  ])('say what an answer came to', (state, words) => {
    expect(renderTaken('melvin/42', state)).toBe(words);
  });
});

describe('a run that is followed', () => {
  const approval = waiting();
  const progress: RunProgress = {
    ...{ run: 'melvin/42', runbook: 'deploy', stack: 'melvin', phase: 'approve', steps: [] },
    approval,
  };
  const wait = personWait(progress);
  const waitingFor = wait === undefined ? '' : waitingWords(wait);
  const now = view({ phase: 'approve', steps: [step()], approval, waitingFor });

  it('says in its frame that it waits for approval, by whom and how to give it', () => {
    expectGolden('frame-approve', renderRun(now, { width: 100 }, NOW).join('\n'));
  });

  it('waits for those who may answer, with the command that does', () => {
    expect(wait).toMatchObject({ waits: 'approval', by: ['ben', 'carl'] });
    expect(wait?.command).toBe('pawl approve melvin/42');
    expect(personWait({ ...progress, phase: 'apply' })).toBeUndefined();
    const failed = {
      ...{ step: 'gate-after:1', title: 'post-release check 1 of 1', failure: 'status 500' },
      ...{ since: approval.since, ways: ['retry', 'abort'] as const, values: {} },
    };
    expect(personWait({ ...progress, phase: 'hold', held: [failed] })).toMatchObject({
      ...{ waits: 'decision', command: 'pawl resolve melvin/42 retry|abort' },
      text: 'a decision: "post-release check 1 of 1" failed: status 500',
    });
  });

  it('tells it as one line in a pipe, and once more for each approval', () => {
    const lines = eventsBetween(view({ phase: 'plan' }), now).map((event) =>
      renderRunEvent(event, new Date(NOW)),
    );
    expect(lines.join('\n')).toMatch(/waiting for approval by ben, carl: 1 of 2 given, until 2026/);
    expect(eventsBetween(now, now)).toEqual([]);
    const further = { ...now, waitingFor: waitingFor.replace('1 of 2', '2 of 2') };
    expect(eventsBetween(now, further)).toMatchObject([{ event: 'waiting' }]);
  });
});
