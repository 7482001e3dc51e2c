import { eventsBetween, happenedAt } from '../../../client/follow/run-events';
import { renderRunEvent } from '../../../client/render/run-event';
import { expectGolden } from './golden';
import { NOW, step, view } from './views';

const kinds = (events: ReturnType<typeof eventsBetween>) => events.map(({ event }) => event);

describe('the events between two looks at a run', () => {
  it('tell a whole run when it is first seen', () => {
    const lines = eventsBetween(undefined, view()).map((e) => renderRunEvent(e, new Date(NOW)));
    expectGolden('events-first-look', lines.join('\n'));
  });

  it('have the times at which they were, where the run tells them', () => {
    const steps = [
      step({ state: 'done', startedAt: '2026-11-21T02:00:00Z', endedAt: '2026-11-21T02:00:09Z' }),
    ];
    const past = view({ startedAt: '2026-11-21T01:59:59Z', steps });
    const times = eventsBetween(undefined, past).map((event) => [
      event.event,
      happenedAt(event, past)?.toISOString(),
    ]);
    expect(times).toEqual([
      ['started', '2026-11-21T01:59:59.000Z'],
      ['step', '2026-11-21T02:00:09.000Z'],
      ['phase', undefined],
    ]);
  });

  it('are none when only bytes have moved', () => {
    const steps = view().steps.map((each) => ({ ...each, bytes: (each.bytes ?? 0) + 1000 }));
    expect(eventsBetween(view(), view({ steps }))).toEqual([]);
  });

  it('tell of another attempt once, with its reason', () => {
    const third = view().steps.map((each) =>
      each.attempt === 2 ? { ...each, attempt: 3, lastFailure: 'no space left' } : each,
    );
    const [retry, ...others] = eventsBetween(view(), view({ steps: third }));
    expect(others).toEqual([]);
    expect(retry).toMatchObject({ event: 'retry', step: { attempt: 3 } });
    expect(renderRunEvent(retry as never, new Date(NOW))).toContain('no space left');
    expect(eventsBetween(view({ steps: third }), view({ steps: third }))).toEqual([]);
  });

  it('tell that a worker is waited for, and that it came back', () => {
    const away = view({ waitingFor: 'a worker' });
    expect(kinds(eventsBetween(view(), away))).toEqual(['waiting']);
    expect(kinds(eventsBetween(away, view()))).toEqual(['resumed']);
    expect(kinds(eventsBetween(away, view({ status: 'done', phase: 'ended' })))).toEqual([]);
  });

  it('tell of the place in the queue and of the start', () => {
    const queued = view({ status: 'queued', steps: [], behind: ['melvin/41'], phase: 'observe' });
    expect(kinds(eventsBetween(undefined, queued))).toContain('queued');
    expect(kinds(eventsBetween(queued, view({ steps: [] })))).toEqual(['started', 'phase']);
  });

  it('do not tell of steps that wait', () => {
    expect(kinds(eventsBetween(view({ steps: [] }), view({ steps: [step()] })))).toEqual([]);
  });
});
