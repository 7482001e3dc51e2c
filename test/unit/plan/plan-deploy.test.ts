import type { DeployOptions } from '../../../workflows/model/options';
import type {
  CanaryPolicy,
  DeployDescription,
  SwitchDeployment,
} from '../../../workflows/model/deployment';
import { planDeploy } from '../../../workflows/release/plan-deploy';
import type { ObservedRelease, ObservedService } from '../../../workflows/release/observed-release';
import { planBackup } from '../../../workflows/backup/plan-backup';
import {
  describePart,
  describeRelease,
  describeStack,
  describeSwitch,
} from '../../support/descriptions';

const API = describeSwitch({
  canary: {
    ...{ steps: [5, 25], pauseSeconds: 30, maxErrorRate: 1, maxSlowdown: 1.5, minRequests: 200 },
  },
});

const DEPLOY: DeployDescription = {
  services: [{ service: 'worker', strategy: 'recreate' }, API],
  ...{ before: [], after: [] },
  release: { recoveryPoint: 'migrations', keep: 5, switchImage: 'haproxy:3.0' },
};

const observedService = (
  service: string,
  more: Partial<ObservedService> = {},
): ObservedService => ({
  service,
  image: { reference: `${service}:v2`, pinned: `${service}@sha256:aa` },
  ...{
    dependsOn: [],
    replicas: 1,
    runs: 'nothing',
    warm: {},
    left: [] as const,
    published: [],
    ...more,
  },
});

const observed = (
  services: readonly ObservedService[],
  more: Partial<ObservedRelease> = {},
): ObservedRelease => ({
  ...{ project: 'melvin', services, stored: { releases: [], next: 1 }, notes: [], ...more },
});

const plan = (
  seen: ObservedRelease,
  deploy: DeployDescription = DEPLOY,
  options: DeployOptions = { images: {} },
) => {
  const made = planDeploy({ ...describeStack(), deploy }, options, seen);
  if ('obstacle' in made) throw new Error(made.obstacle);
  return made;
};

const ALL = [observedService('worker', { dependsOn: ['api'] }), observedService('api')];

it('begins in the blue slot with all requests when nothing runs', () => {
  const [api, worker] = plan(observed(ALL)).services;
  expect(api).toMatchObject({ service: 'api', slot: 'blue', shares: [100], adopts: false });
  expect(worker).toMatchObject({ service: 'worker', strategy: 'recreate', shares: [] });
});

it('makes another switch anew before it shifts, and says that it is away meanwhile', () => {
  const api = observedService('api', { runs: 'switched', active: 'blue', renewsSwitch: true });
  const made = plan(observed([api]));
  expect(made.services[0]).toMatchObject({ renewsSwitch: true });
  const ids = made.steps.map(({ id }) => id);
  expect(ids.slice(ids.indexOf('start:api-green'), ids.indexOf('shift:api/5') + 1)).toEqual([
    ...['start:api-green', 'renew:api', 'shift:api/5'],
  ]);
  expect(made.notes).toEqual([expect.stringMatching(/switch of api is recreated.* gap/)]);
  const idle = observedService('api', { renewsSwitch: true });
  expect(plan(observed([idle])).services[0]).not.toHaveProperty('renewsSwitch');
});

it('has no canary beside a slot that serves nobody, which could neither be compared with nor held', () => {
  const api = observedService('api', {
    ...{ runs: 'switched', active: 'blue', servesNobody: true, renewsSwitch: true },
  });
  const made = plan(observed([api]));
  expect(made.services[0]).toMatchObject({ slot: 'green', active: 'blue', shares: [100] });
  expect(made.services[0]).not.toHaveProperty('renewsSwitch');
  expect(made.notes).toEqual([expect.stringContaining('Nobody is served by api-blue now')]);
});

it('takes the slot that does not serve, and gives it more and more of the requests', () => {
  const api = observedService('api', { runs: 'switched', active: 'blue', warm: { blue: 3 } });
  const made = plan(observed([api], { stored: { releases: [], current: 3, next: 4 } }));
  expect(made.services[0]).toMatchObject({ slot: 'green', shares: [5, 25, 100] });
  expect(made).toMatchObject({ release: 4, replaces: 3 });
});

it('releases what others depend on first, else in the order of the stack file', () => {
  expect(plan(observed(ALL)).services.map(({ service }) => service)).toEqual(['api', 'worker']);
});

it('adopts what plain Compose runs, records it as a release, and says how long the gap is', () => {
  const plain = observedService('api', { runs: 'plain', published: ['8000'] });
  const made = plan(observed([plain]));
  expect(made).toMatchObject({ release: 2, services: [{ adopts: true, shares: [100] }] });
  expect(made.steps.map(({ id }) => id)).toContain('adopt');
  expect(made.notes.join()).toMatch(/takes port 8000 over.*there is a gap/);
});

it('has the steps of the recovery point that is saved first, and says what that leaves out', () => {
  const release = { ...DEPLOY.release, recoveryPoint: 'always' as const };
  const stack = { ...describeStack(), deploy: { ...DEPLOY, release } };
  const part = describePart({ name: 'accounts', entry: 'accounts' });
  const entry = {
    ...{ entry: 'accounts', version: 'PostgreSQL 15.18', notes: [] },
    parts: [
      { part, expectedBytes: 7 },
      { part: { ...part, name: 'old' }, expectedBytes: 1, skip: 'it does not allow connections' },
    ],
  };
  const saved = planBackup(stack, { only: [], initialise: false }, { state: 'ready' }, [entry]);
  if ('obstacle' in saved) throw new Error(saved.obstacle);
  const made = planDeploy(stack, { images: {} }, observed(ALL), saved);
  if ('obstacle' in made) throw new Error(made.obstacle);
  const ids = made.steps.map(({ id }) => id);
  expect(ids.slice(ids.indexOf('prepare'), ids.indexOf('start:api-blue'))).toEqual([
    ...['prepare', 'back-up:accounts', 'manifest'],
  ]);
  expect(ids.filter((id) => id === 'record')).toHaveLength(1);
  expect(made.notes.join()).toContain('leaves out old: it does not allow connections');
});

it('names what each check looks at, and what is asked of the schema around its migration', () => {
  const gate = { kind: 'http', url: 'http://api/ready', expect: 200, timeoutSeconds: 9 } as const;
  const migrations = {
    ...{ service: 'api', run: ['up'], head: ['head'], timeoutSeconds: 9 },
  };
  const made = plan(observed(ALL), { ...DEPLOY, before: [gate], after: [gate], migrations });
  const titles = made.steps.map(({ title }) => title);
  expect(titles).toEqual(
    expect.arrayContaining([
      'pre-release check 1 of 1: http://api/ready',
      'post-release check 1 of 1: http://api/ready',
    ]),
  );
  const ids = made.steps.map(({ id }) => id);
  expect(ids.slice(ids.indexOf('migrate') - 1, ids.indexOf('migrate') + 2)).toEqual([
    ...['schema-head-before', 'migrate', 'schema-head-after'],
  ]);
});

describe('the other ports of a service that a switch takes over', () => {
  const notesOf = (more: Partial<ObservedService>) =>
    plan(observed([observedService('api', { runs: 'plain', ...more })])).notes.join('\n');

  it('are told: those that are passed on, and those that cannot be', () => {
    const exposed = ['9090/tcp', '8125/udp', '22/tcp', '8000/tcp'];
    const told = notesOf({ exposed });
    expect(told).toContain('connections to port 22 and 9090 of api');
    expect(told).toMatch(/exposes port 8125 for something else than TCP.*strategy: recreate/);
    expect(notesOf({ exposed: ['8000/tcp'] })).not.toMatch(/passe?s? /);
  });

  it('are told where Docker chooses them anew', () => {
    const anywhere = [{ target: 8000 }, { target: 22, range: '2200-2210' }];
    const told = notesOf({ anywhere });
    expect(told).toContain('`docker compose port api 8000` says which');
    expect(told).toContain('port 22 of api at a port from 2200-2210');
    const serving = observedService('api', { runs: 'switched', active: 'blue', anywhere });
    expect(plan(observed([serving])).notes).toEqual([]);
    const renewed = plan(observed([{ ...serving, renewsSwitch: true }])).notes.join('\n');
    expect(renewed).toContain('may be another port than now');
  });
});

describe('after a release', () => {
  const runningImage = `sha256:${'5'.repeat(64)}`;
  const plain = observedService('api', { runs: 'plain', left: ['green'], runningImage });
  const stored = (adopted: boolean, id: string) => {
    const image = { reference: 'api', pinned: id, id };
    const services = [{ service: 'api', strategy: 'switch' as const, image }];
    const release = describeRelease({ number: 3, services });
    return { releases: [adopted ? { ...release, adopted } : release], current: 3, next: 4 };
  };
  const idsOf = ({ steps }: ReturnType<typeof plan>) => steps.map(({ id }) => id);

  it('adopts and records again what Compose made by hand, and removes what is left of the release', () => {
    const made = plan(observed([plain], { stored: stored(false, runningImage) }));
    expect(made).toMatchObject({ release: 5, replaces: 4, services: [{ slot: 'blue' }] });
    expect(idsOf(made)).toEqual(expect.arrayContaining(['adopt', 'shift:api/100', 'clear:api']));
    expect(made.notes.join()).toContain('since Compose itself has recreated it');
  });

  it('has the record of what runs already when it was given back', () => {
    const made = plan(observed([plain], { stored: stored(true, runningImage) }));
    expect(made).toMatchObject({ release: 4, replaces: 3, services: [{ adopts: true }] });
    expect(idsOf(made)).not.toContain('adopt');
    expect(made.notes.join()).not.toContain('since');
  });

  it('records anew when Compose runs another image than the record says', () => {
    const made = plan(observed([plain], { stored: stored(true, `sha256:${'6'.repeat(64)}`) }));
    expect(idsOf(made)).toContain('adopt');
  });
});

it.each([
  ['always', false, true],
  ['migrations', false, false],
  ['migrations', true, true],
  ['never', true, false],
] as const)('with recoveryPoint: %s and migrations: %s', (recoveryPoint, migrates, expected) => {
  const migrations = { service: 'api', run: ['up'], timeoutSeconds: 60 };
  const made = plan(observed(ALL), {
    ...DEPLOY,
    release: { ...DEPLOY.release, recoveryPoint },
    ...(migrates ? { migrations } : {}),
  });
  expect(made.recoveryPoint).toBe(expected);
});

it('names a step for each thing that the run does', () => {
  const api = observedService('api', { runs: 'switched', active: 'green' });
  const worker = observedService('worker');
  const ids = plan(observed([api, worker])).steps.map(({ id }) => id);
  expect(ids).toEqual([
    ...['pull:api', 'pull:worker', 'prepare', 'start:api-blue'],
    ...['shift:api/5', 'judge:api/5', 'shift:api/25', 'judge:api/25', 'shift:api/100', 'drain:api'],
    ...['start:worker', 'record-release', 'retain', 'record'],
  ]);
});

describe('container by container', () => {
  const { canary, ...unjudged } = API;
  const judged = { ...unjudged, canary: { ...(canary as CanaryPolicy), steps: [] } };
  const rolling = (deployment: SwitchDeployment): DeployDescription => ({
    ...DEPLOY,
    services: [{ ...deployment, strategy: 'rolling', keepOldSeconds: 0 }],
  });
  const serving = { runs: 'switched', active: 'blue', serving: 3 } as const;
  const three = (more: Partial<ObservedService> = serving) =>
    observedService('api', { replicas: 3, ...more });
  const stored = { stored: { releases: [], current: 1, next: 2 } };

  it('starts one more, and ends one, until all are replaced', () => {
    const made = plan(observed([three()], stored), rolling(unjudged));
    expect(made.services).toMatchObject([
      { strategy: 'rolling', slot: 'green', shares: [33, 67, 100], rolls: { judged: false } },
    ]);
    expect(made.steps.map(({ title }) => title).slice(2, -3)).toEqual([
      'start api-green 1 of 3',
      "send 33 % of api's requests to green",
      'retire api-blue down to 2',
      'start api-green 2 of 3',
      "send 67 % of api's requests to green",
      'retire api-blue down to 1',
      'start api-green 3 of 3',
      "send 100 % of api's requests to green",
      'retire api-blue',
    ]);
    const ids = made.steps.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
  });

  it('judges the new ones before an old one goes, but for the last time', () => {
    const ids = plan(observed([three()], stored), rolling(judged)).steps.map(({ id }) => id);
    expect(ids.slice(2, -3)).toEqual([
      ...['start:api-green/1', 'shift:api/33', 'judge:api/33', 'retire:api-blue/2'],
      ...['start:api-green/2', 'shift:api/67', 'judge:api/67', 'retire:api-blue/1'],
      ...['start:api-green/3', 'shift:api/100', 'retire:api-blue/0'],
    ]);
  });

  it('starts all of the first release at once, and where nothing is left to go back to', () => {
    for (const seen of [
      observed([three({})]),
      observed([three({ runs: 'plain' })]),
      observed([three()]),
      observed([three({ ...serving, serving: 0 })], stored),
      observed([three({ ...serving, serving: 3, servesNobody: true })], stored),
    ]) {
      const made = plan(seen, rolling(judged));
      expect(made.services).toMatchObject([{ strategy: 'rolling', shares: [100] }]);
      expect(made.services[0]).not.toHaveProperty('rolls');
    }
  });

  it('is refused for one container, with what to do', () => {
    const one = observed([observedService('api')], stored);
    const made = planDeploy({ ...describeStack(), deploy: rolling(API) }, { images: {} }, one);
    expect(made).toMatchObject({
      obstacle:
        'deploy.api.strategy: `rolling` needs 2 containers or more, and the Compose file has 1',
      advice: expect.stringContaining('`strategy: switch`') as string,
    });
  });
});

describe('with a build', () => {
  const api = (named: boolean) =>
    observedService('api', { image: { reference: 'api', pinned: 'api' }, builds: { named } });
  const worker = observedService('worker');
  const built = (named: boolean, push: boolean) =>
    planDeploy(
      { ...describeStack(), deploy: DEPLOY },
      { images: {}, build: { push } },
      observed([api(named), worker]),
    );

  it('begins with it, and says of which image nobody knows yet what it will be', () => {
    const made = built(true, true);
    if ('obstacle' in made) throw new Error(made.obstacle);
    expect(made.steps.slice(0, 3).map(({ id }) => id)).toEqual([
      ...['build:api', 'push:api', 'pull:api'],
    ]);
    expect(made.services.map(({ builds }) => builds)).toEqual([true, undefined]);
    expect(built(false, false)).not.toHaveProperty('obstacle');
  });

  it('refuses to push what has no name', () => {
    expect(built(false, true)).toMatchObject({
      obstacle: expect.stringContaining('no `image` for api') as string,
    });
  });

  it('refuses it where there is nothing to build', () => {
    const options = { images: {}, build: { push: false } };
    const refused = planDeploy({ ...describeStack(), deploy: DEPLOY }, options, observed(ALL));
    expect(refused).toMatchObject({ obstacle: expect.stringContaining('to build') as string });
  });
});

it('refuses images that the disk has no room for, and tells of room what is known', () => {
  const disk = { fetchedBytes: 400_000_000, freeBytes: 1_000_000_000 };
  const refused = planDeploy(
    { ...describeStack(), deploy: DEPLOY },
    { images: {} },
    observed(ALL, { disk }),
  );
  expect(refused).toMatchObject({ obstacle: expect.stringContaining('1600 MB') as string });
  const made = plan(observed(ALL, { disk: { freeBytes: 1 } }));
  expect(made.disk).toEqual({ freeBytes: 1 });
});

it('refuses an image for a service that is not released', () => {
  const options = { images: { front: 'front:v2' } };
  const refused = planDeploy({ ...describeStack(), deploy: DEPLOY }, options, observed(ALL));
  expect(refused).toMatchObject({ obstacle: '`deploy` has no service front' });
});

it('refuses a stack file without `deploy`', () => {
  const refused = planDeploy(describeStack(), { images: {} }, observed([]));
  expect(refused).toMatchObject({ obstacle: expect.stringContaining('has no `deploy`') as string });
});

describe('an edge', () => {
  const image = { reference: 'caddy:2', pinned: 'caddy@sha256:cc' };
  const idsOf = ({ steps }: ReturnType<typeof plan>) => steps.map(({ id }) => id);

  it('is brought to its sites when the release serves, before the gates look', () => {
    const gate = { kind: 'http', url: 'https://a.b', expect: 200, timeoutSeconds: 5 } as const;
    const edge = { change: 'make', image } as const;
    const made = plan(observed(ALL, { edge }), { ...DEPLOY, after: [gate] });
    const ids = idsOf(made);
    expect(ids).toContain('pull-edge');
    const last = ids.slice(ids.indexOf('start:worker'), ids.indexOf('record-release'));
    expect(last).toEqual(['start:worker', 'edge', 'gate-after:1']);
    expect(made).toMatchObject({ edge, notes: [] });
  });

  it('that is as it should be is no step', () => {
    const made = plan(observed(ALL));
    expect(made).not.toHaveProperty('edge');
    expect(idsOf(made).filter((id) => id.includes('edge'))).toEqual([]);
  });

  it('has a gap when it is made anew, and none when it reads other sites', () => {
    const notes = (change: 'renew' | 'reload') =>
      plan(observed(ALL, { edge: { change, image } })).notes.join();
    expect(notes('renew')).toMatch(/recreated.* gap/);
    expect(notes('reload')).toBe('');
  });

  it('goes, and its ports with it, when the stack file has none any more', () => {
    const made = plan(observed(ALL, { edge: { change: 'remove' } }));
    expect(made.steps).toContainEqual({ id: 'edge', title: 'remove the edge' });
    expect(idsOf(made)).not.toContain('pull-edge');
    expect(made.notes.join()).toContain('nothing answers at its ports');
  });
});
