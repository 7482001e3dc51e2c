import { createHostActivities, createRunActivities } from '../../activities';
import type { HostPorts } from '../../activities/ports/host-ports';
import {
  ELSEWHERE,
  IN_BACKUP,
  IN_BUILD,
  IN_DEPLOY,
  IN_DEPLOY_UNDONE,
  IN_EDGE,
  IN_EDGE_UNDONE,
  IN_FIRST_ADMISSION,
  IN_FORCED_END,
  IN_FORGET,
  IN_MAINTENANCE,
  IN_RESTORE,
  IN_ROLLBACK,
  IN_ROLLING,
  IN_UNDO,
} from './crash-cases';

it('has a chaos case for every activity', () => {
  const ports = {} as HostPorts;
  const all = { ...createHostActivities(ports), ...createRunActivities(ports) };
  const inReleases = [...IN_BUILD, ...IN_DEPLOY, ...IN_ROLLING, ...IN_ROLLBACK];
  const inRuns = [...IN_FIRST_ADMISSION, ...IN_BACKUP, ...IN_RESTORE, ...inReleases];
  const ofEdges = [...IN_EDGE, ...IN_EDGE_UNDONE];
  const covered = [
    ...inRuns,
    ...ofEdges,
    ...IN_UNDO,
    ...IN_DEPLOY_UNDONE,
    ...IN_FORCED_END,
    ...IN_FORGET,
    ...IN_MAINTENANCE,
    ...ELSEWHERE,
  ];
  expect([...covered].sort()).toEqual(Object.keys(all).sort());
});
