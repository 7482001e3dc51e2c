import { exposedPorts } from '../../../activities/adapters/docker/exposed-ports';

it.each([
  [['9090/tcp', '53/udp'], ['9090/tcp', '53/udp'], 'as an image says them'],
  [['8080', '9090'], ['8080/tcp', '9090/tcp'], 'as Compose hands them on'],
  [['9090', '9090/tcp'], ['9090/tcp'], 'of image and Compose file alike'],
  [['3000-3002', '53-54/udp'], ['3000/tcp', '3001/tcp', '3002/tcp', '53/udp', '54/udp'], 'ranges'],
  [['a', '1-', '9-1', '8080/x', ''], [], 'nothing of what is no port'],
])('reads %j as %j: %s', (configured, ports) => {
  expect(exposedPorts(Object.fromEntries(configured.map((port) => [port, {}])))).toEqual(ports);
});

it('reads nothing where nothing is exposed', () => {
  expect([exposedPorts(undefined), exposedPorts(null)]).toEqual([[], []]);
});
