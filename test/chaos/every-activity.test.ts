import { createHostActivities, createRunActivities } from '../../activities';
import type { Ports } from '../../activities/ports';
import { ELSEWHERE, IN_BACKUP, IN_RESTORE, IN_UNDO } from './crash-cases';

it('has a chaos case for every activity', () => {
  const ports = {} as Ports;
  const all = { ...createHostActivities(ports), ...createRunActivities(ports) };
  const covered = [...IN_BACKUP, ...IN_RESTORE, ...IN_UNDO, ...ELSEWHERE];
  expect([...covered].sort()).toEqual(Object.keys(all).sort());
});
