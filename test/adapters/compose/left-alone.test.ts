import { isLeftAlone, type Definition } from '../../../activities/adapters/compose/left-alone';
import type { ServiceContainer } from '../../../activities/ports/service-containers';

const SWITCH: Definition = {
  image: 'haproxy@sha256:aa',
  networks: { default: null },
  volumes: [{ type: 'bind', source: '/s', target: '/t' }],
};

const container = (change: Partial<ServiceContainer> = {}): ServiceContainer => ({
  ...{ id: 'c1', name: 'm-api-1', state: 'running', imageId: 'sha256:1', madeOf: 'h' },
  ...{ labels: {}, addresses: ['10.0.0.1'], exposed: [], restarts: 0, exitCode: 0 },
  ...{ startedAt: '2026-11-28T00:00:00.000Z', ...change },
});

it('leaves alone what runs as its definition says', () => {
  expect(isLeftAlone(SWITCH, 'h', [container()])).toBe(true);
  expect(isLeftAlone({ ...SWITCH, image: 'sha256:aa' }, 'h', [container()])).toBe(true);
});

it.each<[string, Partial<ServiceContainer>]>([
  ['is of another definition', { madeOf: 'other' }],
  ['does not run', { state: 'exited' }],
  ['was taken off its network', { addresses: [] }],
  ['is on a further one', { addresses: ['10.0.0.1', '10.0.1.1'] }],
  ['has the name that Compose had not changed yet', { name: '0123456789ab_m-api-1' }],
])('has Compose look at a container that %s', (_what, change) => {
  expect(isLeftAlone(SWITCH, 'h', [container(change)])).toBe(false);
});

it('has Compose look where nothing is known, there is none, or there are two', () => {
  expect(isLeftAlone(SWITCH, undefined, [container({})])).toBe(false);
  expect(isLeftAlone(SWITCH, 'h', [])).toBe(false);
  expect(isLeftAlone(SWITCH, 'h', [container(), container()])).toBe(false);
});

it.each<[string, Partial<Definition>]>([
  ['an image whose name may mean another by now', { image: 'haproxy:2.6' }],
  ['a volume that may be another by now', { volumes: [{ type: 'volume', source: 'v' }] }],
  ['a number of containers', { deploy: { replicas: 1 } }],
  ['the network of another', { network_mode: 'host' }],
])('has Compose look at a service with %s', (_what, change) => {
  expect(isLeftAlone({ ...SWITCH, ...change }, 'h', [container()])).toBe(false);
});
