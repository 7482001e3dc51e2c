import {
  behind,
  planAdmission,
  planFrozenAdmission,
} from '../../../workflows/stack/plan-admission';

const backup = (number: number) => ({ number, runbook: 'backup' as const });
const restore = (number: number) => ({ number, runbook: 'restore' as const });
const maintenance = (number: number) => ({ number, runbook: 'maintenance' as const });
const numbers = (runs: readonly { number: number }[]): number[] => runs.map((run) => run.number);

describe('admission', () => {
  it('starts shared runs beside each other', () => {
    expect(numbers(planAdmission([backup(1)], [backup(2), backup(3)]))).toEqual([2, 3]);
  });

  it('starts an exclusive run only when nothing else runs', () => {
    expect(numbers(planAdmission([backup(1)], [restore(2)]))).toEqual([]);
    expect(numbers(planAdmission([], [restore(2)]))).toEqual([2]);
  });

  it('lets nothing overtake an exclusive run that waits', () => {
    expect(numbers(planAdmission([backup(1)], [restore(2), backup(3)]))).toEqual([]);
  });

  it('starts nothing beside an exclusive run, also when it starts in the same moment', () => {
    expect(numbers(planAdmission([], [restore(1), backup(2), restore(3)]))).toEqual([1]);
    expect(numbers(planAdmission([restore(1)], [backup(2)]))).toEqual([]);
  });

  it('treats a runbook that it does not know as exclusive', () => {
    expect(planAdmission([{ number: 1, runbook: 'deploy-v9' }], [backup(2)])).toEqual([]);
  });

  it('lets a maintenance pass by everything but another maintenance', () => {
    const waiting = [restore(2), maintenance(3), maintenance(4), backup(5)];
    expect(numbers(planAdmission([backup(1)], waiting))).toEqual([3]);
    expect(numbers(planAdmission([restore(1)], [maintenance(2)]))).toEqual([2]);
    expect(numbers(planAdmission([maintenance(1)], [restore(2), maintenance(3)]))).toEqual([2]);
    expect(behind([restore(1)], waiting, 3)).toEqual([]);
    expect(behind([restore(1)], waiting, 4)).toEqual([3]);
    expect(behind([maintenance(1)], [restore(2)], 2)).toEqual([]);
  });

  it('starts nothing but a maintenance while the stack is frozen', () => {
    expect(numbers(planFrozenAdmission([], [backup(1), maintenance(2)]))).toEqual([2]);
    expect(planFrozenAdmission([maintenance(1)], [maintenance(2)])).toEqual([]);
  });

  it('says which runs must end first', () => {
    expect(behind([backup(1)], [restore(2), backup(3)], 3)).toEqual([1, 2]);
    expect(behind([backup(1)], [backup(2)], 2)).toEqual([]);
    expect(behind([], [restore(1)], 1)).toEqual([]);
  });
});
