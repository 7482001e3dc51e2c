import type { StepProgress } from '../../workflows/model/run';
import { StepList } from '../../workflows/run/step-list';

const PLAN = ['pull', 'migrate', 'start', 'record'].map((id) => ({ id, title: `planned ${id}` }));

function begun(list: StepList, ...ids: string[]): void {
  for (const id of ids) {
    list.update(id, `run ${id}`, { state: 'running' });
    list.update(id, `run ${id}`, { state: 'done' });
  }
}

const shown = ({ all }: StepList): string =>
  all.map(({ id, state }: StepProgress) => `${id} ${state}`).join(', ');

describe('the steps of a run', () => {
  it('stand in the order of time: one that was not planned comes where it begins', () => {
    const list = new StepList();
    begun(list, 'observe');
    list.plan(PLAN);
    begun(list, 'pull', 'read-head');
    list.update('migrate', 'migrate', { state: 'running' });
    expect(shown(list)).toBe(
      'observe done, pull done, read-head done, migrate running, start waiting, record waiting',
    );
  });

  it('keep the titles of their plan', () => {
    const list = new StepList();
    list.plan(PLAN);
    begun(list, 'pull');
    expect(list.titleOf('pull')).toBe('planned pull');
    expect(list.titleOf('observe')).toBeUndefined();
  });

  it('do not come a second time with a plan that is made again', () => {
    const list = new StepList();
    list.plan(PLAN);
    begun(list, 'pull');
    list.plan(PLAN);
    expect(shown(list)).toBe('pull done, migrate waiting, start waiting, record waiting');
  });

  it('say of each that did not come that it will not, before those that undo', () => {
    const list = new StepList();
    list.plan(PLAN);
    begun(list, 'pull');
    list.update('migrate', 'migrate', { state: 'failed', detail: 'no such table' });
    list.settle('not reached', ({ id }) => id !== 'record');
    begun(list, 'migrate-back', 'record');
    expect(shown(list)).toBe(
      'pull done, migrate failed, start skipped, migrate-back done, record done',
    );
    expect(list.all[2]?.detail).toBe('not reached');
  });

  it('move to where they are tried again, without what the last attempt said', () => {
    const list = new StepList();
    list.plan(PLAN);
    list.update('pull', 'pull', { state: 'failed', detail: 'no route', endedAt: 'then' });
    begun(list, 'hold');
    list.update('pull', 'pull', { state: 'running' });
    expect(shown(list).startsWith('hold done, pull running, migrate waiting')).toBe(true);
    expect(list.all[1]).toEqual({ id: 'pull', title: 'planned pull', state: 'running' });
  });
});
