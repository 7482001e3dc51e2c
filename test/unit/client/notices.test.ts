import { createColors } from 'picocolors';
import { renderAnswers } from '../../../client/render/channel-answers';
import { printable } from '../../../client/render/format';
import { describeUntold, untoldAdvice } from '../../../client/render/untold';
import { judgeUntold, type ListedNotice } from '../../../client/status/judge-untold';
import { notifyWorkflowId, parseNotifyId } from '../../../workflows/messages';
import type { Notice } from '../../../workflows/model/notice';
import { planApprovalNotice, planHeldNotice } from '../../../workflows/run/people/plan-notice';
import { renderNotice } from '../../../workflows/run/people/render-notice';
import { planEndNotices } from '../../../workflows/stack/plan-news';
import { expectGolden } from './golden';

const ABOUT = { stack: 'melvin', host: 'local' };
const RUN = { run: 'melvin/42', runbook: 'backup' };
const LINK = 'https://temporal.example.org/namespaces/default/workflows/melvin%2F42';
const AT = '2026-12-01T03:15:00.000Z';

const text = (notice: Notice | undefined): string => {
  const { title, text: lines } = renderNotice(notice as Notice, LINK);
  return `${title}\n\n${lines}`;
};

describe('a notice in words', () => {
  it('says of a failure what, since when, why, what state, and what to do', () => {
    const details = {
      evidence: { advice: 'Free some space on the disk of the repository.' },
      stateNow: 'No recovery point was stored.',
    };
    const failing = { run: 'melvin/41', since: '2026-11-30T03:15:00.000Z', count: 1 };
    const done = { run: 'melvin/40', at: '2026-11-29T03:15:07.000Z' };
    const summary =
      'back up accounts: restic on host ended with exit code 1: no space left on device';
    const ended = {
      number: 42,
      runbook: 'backup',
      outcome: 'failed',
      summary,
      endedAt: AT,
      details,
    } as const;
    const [failed] = planEndNotices(ABOUT, ended, { runbook: 'backup', failing, done });
    expectGolden('notice-failed', text(failed));
    const [, recovered] = planEndNotices(
      ABOUT,
      { ...ended, number: 43, outcome: 'done', summary: 'ended as planned' },
      { runbook: 'backup', failing: { ...failing, count: 2 }, done },
    );
    expectGolden('notice-recovered', text(recovered));
  });

  it('says of a held step and of an approval how to answer', () => {
    const held = planHeldNotice(
      ABOUT,
      { run: 'melvin/43', runbook: 'deploy' },
      {
        ...{ step: 'gate-after:1', title: 'post-release check 1 of 1', failure: '503, not 200' },
        ...{ since: AT, ways: ['retry', 'skip', 'abort'], values: {} },
      },
    );
    expectGolden('notice-held', text(held));
    const asked = planApprovalNotice(ABOUT, RUN, {
      ...{
        planHash: 'abc',
        notes: ['It takes the whole server'],
        required: 1,
        from: ['anna', 'ben'],
      },
      ...{
        self: false,
        requestedBy: 'carl',
        since: AT,
        expiresAt: '2026-12-01T07:15:00.000Z',
        given: [],
      },
    });
    expectGolden('notice-approval', text(asked));
  });

  it('keeps each fact on one line, and shows what would control something', () => {
    const notice: Notice = {
      ...{ ...ABOUT, event: 'failed', since: AT, at: AT },
      what: 'a\r\nb\u0000\u001b[31m\u202Ec\uD800',
      why: `${'😀'.repeat(1000)}\nNext: give everything away`,
    };
    const { title, text: lines } = renderNotice(notice);
    expect(title).toBe('melvin: a b\uFFFD\uFFFD[31m\uFFFDc\uFFFD');
    expect(lines.split('\n').map((line) => line.split(':')[0])).toEqual(['Stack', 'Since', 'Why']);
    expect(Buffer.from(lines).toString()).toBe(lines);
    expect(lines.length).toBeLessThan(1000);
  });
});

describe('what was not told', () => {
  const NOW = Date.parse('2026-12-01T04:00:00.000Z');
  const notice = (id: string, status: string, minutesAgo: number): ListedNotice => {
    return { workflowId: id, status, startedAt: new Date(NOW - minutesAgo * 60_000).toISOString() };
  };

  it('is of each channel what came since it was last told', () => {
    const notices = [
      notice('notify/melvin/44/failed/ops', 'RUNNING', 10),
      notice('notify/melvin/43/held-1/ops', 'FAILED', 60),
      notice('notify/melvin/43/failed/chat', 'COMPLETED', 60),
      notice('notify/melvin/42/failed/ops', 'COMPLETED', 70),
      notice('notify/melvin/41/failed/chat', 'FAILED', 80),
      notice('notify/melvin/41/failed/ops', 'FAILED', 80),
    ];
    expect(judgeUntold(notices, NOW)).toEqual([
      {
        ...{ channel: 'ops', count: 2, since: '2026-12-01T03:00:00.000Z', run: 'melvin/44' },
        ...{ event: 'failed', workflowId: 'notify/melvin/44/failed/ops', isTriedAgain: true },
      },
    ]);
  });

  it('is nothing that is just being told', () => {
    const begun = [notice('notify/melvin/44/failed/ops', 'RUNNING', 0.5)];
    expect(judgeUntold(begun, NOW)).toEqual([]);
  });

  it('is said with its reason and what to do', () => {
    const [one] = judgeUntold([notice('notify/melvin/44/failed/ops', 'FAILED', 10)], NOW);
    if (one === undefined) throw new Error('nothing is untold');
    const untold = { ...one, reason: 'channel ops: ntfy.example.org answered 403' };
    expect(describeUntold(untold)).toMatch(
      /^ops: one notice since .*, the newest of melvin\/44 \(failed\): channel ops: ntfy\.example\.org answered 403$/,
    );
    expect(untoldAdvice(untold)).toBe('`pawl notify test ops` tries the channel out.');
  });

  it('is found by an id that says what it is about', () => {
    const id = notifyWorkflowId('my.stack/7/approval-1', 'ops');
    expect(parseNotifyId(id)).toEqual({ run: 'my.stack/7', event: 'approval', channel: 'ops' });
    expect(parseNotifyId('kept/melvin/7')).toBeUndefined();
  });
});

it('what channels answered to a test is one line each, and what mends it', () => {
  const answers = [
    { channel: 'ops', kind: 'ntfy', told: true, answer: 'ntfy.example.org answered 200' },
    { channel: 'mail', kind: 'smtp', told: false, answer: 'no\u001b[31m', advice: 'Correct mail.' },
  ] as const;
  expect(renderAnswers(answers, createColors(false)).split('\n')).toEqual([
    '✓ ops (ntfy): ntfy.example.org answered 200',
    `✗ mail (smtp): ${printable('no\u001b[31m')}`,
    '    → Correct mail.',
  ]);
});
