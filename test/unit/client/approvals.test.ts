import { eventsBetween } from '../../../client/follow/run-events';
import { approvalWords } from '../../../client/follow/waiting-words';
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
  const waitingFor = approvalWords('melvin/42', approval);
  const now = view({ phase: 'approve', steps: [step()], approval, waitingFor });

  it('says in its frame that it waits for approval, by whom and how to give it', () => {
    expectGolden('frame-approve', renderRun(now, { width: 100 }, NOW).join('\n'));
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
