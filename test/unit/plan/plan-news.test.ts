import { listens, type Channel } from '../../../workflows/model/channel';
import type { Notice } from '../../../workflows/model/notice';
import {
  planEndNotices,
  planPast,
  planStartNotice,
  type RunbookPast,
  type ToldEnd,
} from '../../../workflows/stack/plan-news';

const ABOUT = { stack: 'melvin', host: 'local' };

function ended(number: number, change: Partial<ToldEnd> = {}): ToldEnd {
  return {
    ...{ number, runbook: 'backup', outcome: 'failed', summary: 'the disk is full' },
    endedAt: `2026-12-01T0${number}:00:00.000Z`,
    ...change,
  };
}

/** What is told at the end of each of these runs. */
function history(...runs: readonly ToldEnd[]): readonly (readonly Notice[])[] {
  let past: readonly RunbookPast[] = [];
  return runs.map((run) => {
    const before = past.find(({ runbook }) => runbook === run.runbook);
    past = planPast(past, run, 'melvin');
    return planEndNotices(ABOUT, run, before);
  });
}

const events = (...runs: readonly ToldEnd[]): readonly (readonly string[])[] =>
  history(...runs).map((notices) => notices.map(({ event }) => event));

describe('what is told of a run', () => {
  it('is its start, to whoever watches its runbook', () => {
    const run = { number: 1, runbook: 'backup', requestedBy: 'anna', requestId: '', since: '' };
    expect(planStartNotice(ABOUT, run, '2026-12-01T01:00:00.000Z')).toMatchObject({
      ...{
        event: 'started',
        run: 'melvin/1',
        runbook: 'backup',
        what: 'backup started (melvin/1)',
      },
    });
  });

  it('is a recovery only after a failure of the same runbook', () => {
    const done = { outcome: 'done' } as const;
    expect(
      events(
        ended(1, done),
        ended(2),
        ended(3, { ...done, runbook: 'restore' }),
        ended(4, done),
        ended(5, done),
      ),
    ).toEqual([
      ['succeeded'],
      ['failed'],
      ['succeeded'],
      ['succeeded', 'recovered'],
      ['succeeded'],
    ]);
  });

  it('is no more than that it was cancelled when a person cancelled it, and that is no recovery', () => {
    expect(
      events(ended(1), ended(2, { outcome: 'cancelled' }), ended(3, { outcome: 'done' })),
    ).toEqual([['failed'], ['cancelled'], ['succeeded', 'recovered']]);
  });

  it('says since when it fails, how often, and what was the last that went well', () => {
    const all = history(ended(1, { outcome: 'done' }), ended(2), ended(3), ended(4));
    const [last] = all[3] ?? [];
    expect(last).toMatchObject({ event: 'failed', since: '2026-12-01T02:00:00.000Z' });
    expect(last?.state).toBe(
      'It is failure 3 in a row since 2026-12-01T02:00:00.000Z. The last backup that was done is melvin/1, of 2026-12-01T01:00:00.000Z.',
    );
    const [, recovered] = history(ended(2), ended(3), ended(4, { outcome: 'done' }))[2] ?? [];
    expect(recovered?.why).toBe('2 runs in a row had failed, since 2026-12-01T02:00:00.000Z.');
  });

  it('is what the run itself said of its state and of what to do', () => {
    const details = { evidence: { advice: 'Make room' }, stateNow: 'Nothing was changed.' };
    const [[failed] = []] = history(ended(1, { details }));
    expect(failed).toMatchObject({
      ...{ why: 'the disk is full', state: 'Nothing was changed.' },
      next: 'Make room. `pawl show melvin/1` shows its steps.',
    });
  });

  it('tells a termination by its own name', () => {
    const [[notice] = []] = history(ended(1, { outcome: 'terminated', summary: 'terminated' }));
    expect(notice).toMatchObject({ event: 'failed', what: 'backup was terminated (melvin/1)' });
  });
});

describe('a channel', () => {
  const url = { env: 'URL' };
  const notice = (event: Notice['event'], runbook = 'backup'): Notice => {
    const at = '2026-12-01T01:00:00.000Z';
    return { event, stack: 'melvin', host: 'local', runbook, what: 'w', since: at, at };
  };

  it('for people listens to what it names', () => {
    const channel: Channel = { name: 'ops', kind: 'slack', url, on: ['failed', 'held'] };
    expect(listens(channel, notice('failed'))).toBe(true);
    expect(listens(channel, notice('recovered'))).toBe(false);
    expect(listens(channel, notice('started'))).toBe(false);
  });

  it('that pings listens to one runbook, and to nothing that waits for people', () => {
    const channel: Channel = { name: 'pulse', kind: 'ping', url, runbook: 'backup' };
    const heard = (['started', 'succeeded', 'failed', 'cancelled'] as const).map((event) =>
      listens(channel, notice(event)),
    );
    expect(heard).toEqual([true, true, true, true]);
    expect(listens(channel, notice('held'))).toBe(false);
    expect(listens(channel, notice('recovered'))).toBe(false);
    expect(listens(channel, notice('failed', 'restore'))).toBe(false);
  });
});
