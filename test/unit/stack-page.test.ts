import { stackPage } from '../../workflows/stack/stack-page';

const SINCE = '2026-11-21T03:00:00.000Z';
const EMPTY = { stack: 'melvin', running: [], waiting: [], ended: [] };
const QUEUED = {
  runbook: 'backup',
  requestId: 'x',
  requestedBy: 'anna@desk',
  since: SINCE,
} as const;
const ENDED = { number: 41, runbook: 'backup', endedAt: SINCE } as const;

describe("the stack's page in Temporal's UI", () => {
  it('says so when nothing runs and nothing waits', () => {
    expect(stackPage(EMPTY)).toContain('Nothing runs, nothing waits.');
  });

  it('links what runs, and not what waits: that has no page yet', () => {
    const page = stackPage({
      ...EMPTY,
      running: [{ ...QUEUED, number: 42 }],
      waiting: [{ ...QUEUED, number: 43 }],
    });
    expect(page).toContain('[melvin/42](/namespaces/{namespace}/workflows/melvin%2F42)');
    expect(page).toContain('○ melvin/43 waits: backup, since 2026-11-21 03:00 UTC, by anna@desk');
  });

  it('says of a failed run why, cut to a line, and of a done one nothing more', () => {
    const page = stackPage({
      ...EMPTY,
      ended: [
        { ...ENDED, outcome: 'failed', summary: 'disk full '.repeat(100) },
        { ...ENDED, number: 40, outcome: 'done', summary: 'ended as planned' },
      ],
    });
    expect(page).toContain('backup failed, 2026-11-21 03:00 UTC: disk full');
    expect(page).not.toContain('ended as planned');
    expect(page.length).toBeLessThan(400);
  });

  it('shows what people write as text, not as Markdown', () => {
    const freeze = { message: '[x](http://evil) **now**', by: 'anna@desk', since: SINCE };
    const page = stackPage({ ...EMPTY, freeze });
    expect(page).toContain('\\[x\\]\\(http://evil\\) \\*\\*now\\*\\*');
  });
});
