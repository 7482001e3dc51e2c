import type { Deployment } from '../../../workflows/model/deployment';
import {
  leftVolumeNotes,
  lostVolumes,
  refuseLostVolumes,
  type ObservedVolumes,
} from '../../../workflows/release/lost-volumes';

const HELD = [{ path: '/data', volume: 'f00d' }];
const seen = (more: Partial<ObservedVolumes>): ObservedVolumes => ({
  ...{ declared: [], mounts: [], held: [], ...more },
});
const named = (name: string, isThere = true) => ({ path: '/data', kind: 'volume', name, isThere });
const IN_MEMORY = { path: '/data', kind: 'tmpfs' };
const NAMELESS = { path: '/data', kind: 'volume' };
const why = (strategy: 'switch' | 'rolling' | 'recreate', volumes: ObservedVolumes) =>
  lostVolumes(strategy, volumes).lost.map((one) => `${one.path} ${one.why} ${one.volume ?? '-'}`);

describe.each(['switch', 'rolling'] as const)('behind a switch (%s)', (strategy) => {
  it.each([
    ['that the image declares', seen({ declared: ['/data/'] }), ['/data unnamed -']],
    ['without a source', seen({ mounts: [NAMELESS] }), ['/data unnamed -']],
    ['that holds something', seen({ declared: ['/data'], held: HELD }), ['/data unnamed f00d']],
    [
      'beside a mount above it, which the engine lays it into',
      seen({ declared: ['/data/db'], mounts: [named('v')] }),
      ['/data/db unnamed -'],
    ],
    ['that the new image has no more', seen({ held: HELD }), ['/data dropped f00d']],
  ])('a volume is lost %s', (_what, volumes, expected) => {
    expect(why(strategy, volumes)).toEqual(expected);
  });

  it.each([
    ['that the file names', seen({ declared: ['/data'], mounts: [named('v')] })],
    ['that is the very one, by its name', seen({ mounts: [named('f00d')], held: HELD })],
    ['under a tmpfs, which is no data', seen({ declared: ['/data'], mounts: [IN_MEMORY] })],
    [
      'in a folder of the host',
      seen({ declared: ['/data'], mounts: [{ ...IN_MEMORY, kind: 'bind' }] }),
    ],
    ['that nobody can tell of before the pull', { mounts: [], held: HELD }],
  ])('no volume is lost %s', (_what, volumes) => {
    expect(why(strategy, volumes)).toEqual([]);
  });
});

describe('recreated', () => {
  it.each([
    ['that the image declares', seen({ declared: ['/data'], held: HELD })],
    ['without a source', seen({ mounts: [NAMELESS], held: HELD })],
  ])('a service keeps its volume, as Compose carries it over: one %s', (_what, volumes) => {
    expect(lostVolumes('recreate', volumes)).toEqual({ lost: [], left: [] });
  });

  it('a service loses one that neither image nor file has any more', () => {
    expect(why('recreate', seen({ held: HELD }))).toEqual(['/data dropped f00d']);
  });
});

describe('what takes the place of a volume that holds something', () => {
  it('is refused where it would begin empty', () => {
    expect(why('recreate', seen({ mounts: [named('new', false)], held: HELD }))).toEqual([
      '/data replaced f00d',
    ]);
  });

  it.each([
    ['is there', named('copied')],
    ['is a tmpfs', IN_MEMORY],
  ])('is told where it %s', (_what, mount) => {
    const { lost, left } = lostVolumes('switch', seen({ mounts: [mount], held: HELD }));
    expect(lost).toEqual([]);
    expect(left).toMatchObject([{ path: '/data', volume: 'f00d' }]);
    const services = [{ service: 'web', volumes: seen({ mounts: [mount], held: HELD }) }];
    expect(leftVolumeNotes(services, [WEB])[0]).toContain('volume f00d');
  });
});

const WEB = { service: 'web', strategy: 'switch' } as Deployment;

it('is refused with the place, and the lines that keep what is there', () => {
  const volumes = seen({ declared: ['/var/lib/data'], place: 'compose.yaml:3:3' });
  const held = [{ path: '/var/lib/data', volume: 'f00d' }];
  expect(refuseLostVolumes([{ service: 'web', volumes }], [WEB])).toMatchObject({
    obstacle: expect.stringContaining('compose.yaml:3:3 services.web: /var/lib/data ') as string,
    advice: expect.stringContaining('`volumes: ["web-data:/var/lib/data"]`') as string,
  });
  const holding = refuseLostVolumes([{ service: 'web', volumes: { ...volumes, held } }], [WEB]);
  expect(holding?.advice).toContain('`web-data: {external: true, name: f00d}`');
});
