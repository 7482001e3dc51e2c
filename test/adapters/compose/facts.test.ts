import { readFacts } from '../../../activities/adapters/compose/facts';

const facts = (services: object, more: object = {}) =>
  readFacts({ name: 'p', services, ...more }).services;

it('tells what is mounted, by the engine’s names of volumes', () => {
  const volumes = [
    { type: 'volume', source: 'data', target: '/data/' },
    { type: 'volume', target: '/scratch' },
    { type: 'bind', source: '/srv', target: '//srv//x' },
  ];
  const [api] = facts(
    { api: { volumes, tmpfs: ['/run:size=1m', '/tmp'] } },
    { volumes: { data: { name: 'p_data' } } },
  );
  expect(api?.mounts).toEqual([
    { path: '/data', kind: 'volume', name: 'p_data' },
    { path: '/scratch', kind: 'volume' },
    { path: '/srv/x', kind: 'bind' },
    { path: '/run', kind: 'tmpfs' },
    { path: '/tmp', kind: 'tmpfs' },
  ]);
});

it('tells which services share a namespace or volumes, by service and by container', () => {
  const services = facts({
    vpn: { container_name: 'the-vpn' },
    db: {},
    a: { network_mode: 'service:vpn' },
    b: { ipc: 'service:vpn', pid: 'container:p-db-1' },
    c: { volumes_from: ['db:ro', 'container:the-vpn:rw', 'container:elsewhere'] },
    d: { network_mode: 'host', ipc: 'shareable', pid: 'host' },
  });
  expect(services.map(({ name, sharesWith }) => [name, sharesWith])).toEqual([
    ['vpn', []],
    ['db', []],
    ['a', ['vpn']],
    ['b', ['vpn', 'db']],
    ['c', ['db', 'vpn']],
    ['d', []],
  ]);
});
