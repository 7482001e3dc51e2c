import type { Release, ReleasedService } from '../../../workflows/model/release';
import type { DriftKind } from '../../../workflows/model/serving';
import type { Traffic } from '../../../workflows/model/traffic';
import {
  whoIsInPlace,
  whyNoSwitch,
  type SeenContainer,
  type SeenService,
} from '../../../workflows/release/seen-service';
import { whatRuns } from '../../../workflows/release/what-runs';
import { describeRelease } from '../../support/descriptions';

const IMAGES = ['', 'sha256:one', 'sha256:two'];

const container = (name: string, change: Partial<SeenContainer> = {}): SeenContainer => ({
  ...{ name, state: 'running', imageId: 'sha256:haproxy', labels: {}, ...change },
});
const ofPawl = (role: string, release?: number, stack = 'shop') => ({
  ...{ 'pawl.role': role, 'pawl.stack': stack },
  ...(release === undefined ? {} : { 'pawl.release': String(release) }),
});
const SWITCH = container('shop-web-1', { labels: ofPawl('switch') });
const PLAIN = container('shop-web-1', { imageId: IMAGES[1] ?? '' });
const slot = (release: number, change: Partial<SeenContainer> = {}) =>
  container(`shop-web-${release}`, {
    ...{ imageId: IMAGES[release] ?? '', labels: ofPawl('slot', release), ...change },
  });

const release = (number: number, change: Partial<ReleasedService & Release> = {}): Release => {
  const image = { reference: `web:${number}`, pinned: `web:${number}`, id: IMAGES[number] ?? '' };
  const { strategy = 'switch', adopted } = change;
  const service = { service: 'web', strategy, image } as const;
  return describeRelease({ number, services: [service], ...(adopted && { adopted }) });
};
const RELEASES = { releases: [release(2), release(1)], current: 2 };
const GREEN: Traffic = { blue: 'drain', green: { weight: 100 } };

const seen = (change: Partial<SeenService> = {}): SeenService => ({
  ...{ service: 'web', own: [SWITCH], slots: { blue: [slot(1)], green: [slot(2)] } },
  ...{ desired: { traffic: GREEN }, ...change },
});
const look = (change: Partial<SeenService>, releases = RELEASES) =>
  whatRuns('shop', releases, seen(change));

it('has nothing to say when the switch sends all requests to the current release', () => {
  expect(look({})).toEqual({
    service: 'web',
    should: { release: 2, by: 'switch' },
    inPlace: 'switch',
    serves: [{ slot: 'green', release: 2, share: 100, running: 1, image: 'sha256:two' }],
    drifts: [],
  });
});

it('says how well the least well of its containers is', () => {
  const green = [slot(2, { health: 'healthy' }), slot(2, { health: 'starting' }), slot(2)];
  const { serves, drifts } = look({ slots: { blue: [], green } });
  expect(serves).toMatchObject([{ running: 3, health: 'starting' }]);
  expect(drifts).toEqual([]);
});

it('tells a plain container in the place of the switch, whose image users get, and the way', () => {
  const { inPlace, serves, drifts } = look({ own: [PLAIN] });
  expect(inPlace).toBe('compose');
  expect(serves).toEqual([{ share: 100, running: 1, image: 'sha256:one' }]);
  expect(drifts).toEqual([
    {
      kind: 'compose-in-place',
      fact: 'shop-web-1, made by plain Compose, has the place of its switch: users get image web:1, not what release 2 is',
      way: '`pawl deploy` takes it over again',
    },
  ]);
});

describe('what is not as it should', () => {
  const both: Traffic = { blue: { weight: 25 }, green: { weight: 75 } };
  const cases: readonly (readonly [string, Partial<SeenService>, DriftKind[], string])[] = [
    [
      'a switch that was stopped',
      { own: [{ ...SWITCH, state: 'exited' }] },
      ['stopped'],
      'docker start shop-web-1',
    ],
    [
      'a plain container that was stopped',
      { own: [{ ...PLAIN, state: 'exited' }] },
      ['stopped'],
      'pawl deploy',
    ],
    ['a switch that was removed', { own: [] }, ['missing'], 'pawl deploy'],
    [
      "another stack's switch",
      { own: [container('x', { labels: ofPawl('switch', undefined, 'other') })] },
      ['other-stack'],
      'compose.project',
    ],
    [
      'a slot that was stopped',
      { slots: { blue: [], green: [slot(2, { state: 'exited' })] } },
      ['slot-down'],
      'docker start shop-web-2',
    ],
    [
      'a slot that was removed',
      { slots: { blue: [slot(1)], green: [] } },
      ['slot-down'],
      'pawl deploy',
    ],
    [
      'one of two containers that has ended',
      { slots: { blue: [], green: [slot(2), slot(2, { state: 'dead' })] } },
      ['slot-incomplete'],
      'docker start',
    ],
    [
      'a container that is unhealthy',
      { slots: { blue: [], green: [slot(2, { health: 'unhealthy' })] } },
      ['unhealthy'],
      'docker logs shop-web-2',
    ],
    [
      'another release',
      { desired: { traffic: { blue: { weight: 100 }, green: 'off' } } },
      ['other-release'],
      'pawl deploy',
    ],
    ['two releases', { desired: { traffic: both } }, ['two-releases'], 'pawl deploy'],
    [
      'another image under the label of the release',
      { slots: { blue: [], green: [slot(2, { imageId: 'sha256:three' })] } },
      ['other-image'],
      'pawl deploy',
    ],
    [
      'a switch that sends nothing anywhere',
      { desired: { traffic: { blue: 'off', green: 'off' } } },
      ['no-slot-serves'],
      'pawl deploy',
    ],
  ];
  it.each(cases)('is %s', (_what, change, kinds, way) => {
    const { drifts } = look(change);
    expect(drifts.map(({ kind }) => kind)).toEqual(kinds);
    expect(drifts[0]?.way).toContain(way);
  });

  it('says who gets how much while two releases have a share each', () => {
    const { serves } = look({ desired: { traffic: both } });
    expect(serves.map(({ slot: at, share }) => [at, share])).toEqual([
      ['blue', 25],
      ['green', 75],
    ]);
  });
});

it('knows a single instance, and plain Compose in its place', () => {
  const releases = { releases: [release(2, { strategy: 'recreate' })], current: 2 };
  const its = container('shop-web-1', { imageId: 'sha256:two', labels: ofPawl('service', 2) });
  expect(look({ own: [its] }, releases)).toMatchObject({ inPlace: 'release', drifts: [] });
  expect(look({ own: [PLAIN] }, releases).drifts[0]?.fact).toContain('has its place');
  const old = { ...its, labels: ofPawl('service', 1) };
  expect(look({ own: [old] }, releases).drifts[0]?.kind).toBe('other-release');
});

it('takes plain Compose for what should run as long as only a record of it was made', () => {
  const releases = { releases: [release(2, { adopted: true })], current: 2 };
  expect(look({ own: [PLAIN] }, releases)).toMatchObject({ inPlace: 'compose', drifts: [] });
});

it('compares nothing where nothing was released', () => {
  const none = { releases: [], current: undefined } as unknown as typeof RELEASES;
  expect(look({ own: [PLAIN] }, none)).toMatchObject({ inPlace: 'compose', drifts: [] });
  const { should } = whatRuns('shop', RELEASES, seen({ service: 'worker' }));
  expect(should).toBeUndefined();
});

it('takes a switch that Docker starts again for one that is there', () => {
  expect(whoIsInPlace('shop', [{ ...SWITCH, state: 'restarting' }])).toBe('switch');
  expect(whyNoSwitch('shop', 'web', [SWITCH])).toBeUndefined();
  expect(whyNoSwitch('shop', 'web', [{ ...SWITCH, state: 'exited' }])).toContain('has stopped');
  expect(whyNoSwitch('shop', 'web', [SWITCH, { ...PLAIN, name: 'shop-web-2' }])).toContain(
    'plain Compose',
  );
  expect(whyNoSwitch('shop', 'web', [])).toContain('was removed');
});

it('tells what is paused, which `docker start` would refuse, and the command that goes on', () => {
  const paused = { state: 'paused' };
  expect(look({ own: [{ ...SWITCH, ...paused }] }).drifts).toMatchObject([
    { kind: 'paused', way: '`docker unpause shop-web-1` starts it again' },
  ]);
  expect(look({ slots: { blue: [], green: [slot(2, paused)] } }).drifts).toMatchObject([
    { kind: 'paused', way: '`docker unpause shop-web-2` starts it again' },
  ]);
  const exited = { ...slot(2, { state: 'exited' }), name: 'other' };
  expect(look({ slots: { blue: [], green: [slot(2, paused), exited] } }).drifts).toMatchObject([
    { way: '`docker unpause shop-web-2` and `docker start other` start them again' },
  ]);
});

it('believes the switch that it reaches nobody, whatever runs', () => {
  const answers = { ...{ weight: 1, inFlight: 0, responses: 0, errors: 0, up: 0 }, ...NO_TIMES };
  const server = { address: '10.0.0.2', up: false, inFlight: 0 };
  const seenBy = (...down: readonly boolean[]) => {
    const servers = down.map((each) => ({ ...server, down: each }));
    return look({
      slots: { blue: [], green: [slot(2)] },
      counters: { blue: { ...answers, servers: [] }, green: { ...answers, servers } },
    });
  };
  expect(seenBy()).toMatchObject({ serves: [], drifts: [{ kind: 'unreached' }] });
  expect(seenBy(true)).toMatchObject({ serves: [], drifts: [{ kind: 'unreached' }] });
  // Before its first check a server is neither up nor down, and gets requests.
  expect(seenBy(false)).toMatchObject({ serves: [{ slot: 'green' }], drifts: [] });
  expect(seenBy(true, false).drifts).toEqual([]);
});

const NO_TIMES = { connectionErrors: 0, responseMilliseconds: 0 };

it('tells that a switch or a slot is on no network, and counts nobody as served by it', () => {
  const gone = look({ own: [{ ...SWITCH, addresses: [] }] });
  expect(gone).toMatchObject({ serves: [], drifts: [{ kind: 'cut-off' }] });
  const green = [slot(2, { addresses: [] })];
  expect(look({ slots: { blue: [], green } })).toMatchObject({
    ...{ serves: [], drifts: [{ kind: 'cut-off' }] },
  });
  const here = [slot(2, { addresses: ['10.0.0.2'] })];
  expect(look({ slots: { blue: [], green: here } }).drifts).toEqual([]);
});
