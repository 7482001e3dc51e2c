import { createHostActivities, createRunActivities } from '../../activities';
import type { HostPorts } from '../../activities/ports/host-ports';
import { crashCases, EDGES } from './crash-cases';

it.each([
  ['in few runs', false],
  ['in the nightly run, one at a time', true],
])('kills the worker once at both ends of every activity, %s', (_when, nightly) => {
  const ports = {} as HostPorts;
  const all = { ...createHostActivities(ports), ...createRunActivities(ports) };
  const ends = Object.keys(all).flatMap((name) => EDGES.map((edge) => `${edge} of ${name}`));
  const rows = Object.values(crashCases(nightly)).flat();
  const kills = rows.flatMap(([, faults]) => faults);
  const killed = kills.map(({ activity, at }) => `${String(at)} of ${activity}`);
  expect(killed.sort()).toEqual(ends.sort());
});
