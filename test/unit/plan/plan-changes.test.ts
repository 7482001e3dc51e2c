import type { DeployDescription, SwitchDeployment } from '../../../workflows/model/deployment';
import { planDeploy } from '../../../workflows/release/plan-deploy';
import { planRollback } from '../../../workflows/release/plan-rollback';
import type { ObservedRelease, ObservedService } from '../../../workflows/release/observed-release';
import { describeRelease, describeStack } from '../../support/descriptions';

const API: SwitchDeployment = {
  ...{ service: 'api', strategy: 'switch', port: 8000, watchSeconds: 0 },
  ready: { http: '/healthz', consecutive: 3, timeoutSeconds: 60 },
  ...{ drainSeconds: 60, keepOldSeconds: 900 },
};
const DEPLOY: DeployDescription = {
  services: [API, { service: 'worker', strategy: 'recreate' }],
  ...{ before: [], after: [] },
  release: { recoveryPoint: 'never', keep: 5, switchImage: 'haproxy:3.0' },
};
const image = (name: string, version = 1) => ({
  reference: `${name}:v${version}`,
  pinned: `${name}@sha256:${version}`,
});
const released = (service: string, strategy: 'switch' | 'recreate') => ({
  ...{ service, strategy, image: { ...image(service), id: `sha256:${service}` } },
});
const CURRENT = describeRelease({
  number: 2,
  services: [released('api', 'switch'), released('worker', 'recreate')],
  ...{ replaced: 1, schemaHead: '9bc1' },
});
const FORMER = describeRelease({ number: 1, services: CURRENT.services });

const api = (change: Partial<ObservedService> = {}): ObservedService => ({
  ...{ service: 'api', image: image('api'), dependsOn: [], replicas: 1, runs: 'switched' },
  ...{ warm: {}, left: ['blue'], active: 'blue', serving: 1, published: ['8000'] },
  ...{ runningImage: 'sha256:api', ...change },
});
const worker = (change: Partial<ObservedService> = {}): ObservedService => ({
  ...{ service: 'worker', image: image('worker'), dependsOn: [], replicas: 1, runs: 'released' },
  ...{ warm: {}, left: [], published: [], runningImage: 'sha256:worker', ...change },
});
const observed = (
  services: readonly ObservedService[],
  change: Partial<ObservedRelease> = {},
): ObservedRelease => ({
  ...{ project: 'melvin', services, notes: [], changes: { lines: [], anew: [] } },
  stored: { releases: [CURRENT, FORMER], current: 2, next: 3 },
  ...change,
});

function plan(seen: ObservedRelease, deploy = DEPLOY) {
  const made = planDeploy({ ...describeStack(), deploy }, { images: {} }, seen);
  if ('obstacle' in made) throw new Error(made.obstacle);
  return made;
}
const ALL = [api(), worker()];

it('is called nothing when images, definitions and what runs are the current release', () => {
  expect(plan(observed(ALL))).toMatchObject({ changesNothing: true, replaces: 2 });
});

const DRIFT = { kind: 'slot-down', fact: 'no container of api-blue runs', way: 'x' } as const;
const edge = { change: 'bring' as const };
const builds = { named: true };
it.each<[string, ObservedRelease]>([
  ['another image', observed([api({ image: image('api', 2) }), worker()])],
  ['a line of the Compose file', observed(ALL, { changes: { lines: ['+ a'], anew: ['api'] } })],
  ['a variable', observed(ALL, { changes: { lines: [], anew: ['worker'] } })],
  ['plain Compose in the place of the switch', observed([api({ runs: 'plain' }), worker()])],
  ['something that does not run', observed([api(), worker({ runs: 'nothing' })])],
  ['something that is not as it should', observed([api({ drifts: [DRIFT] }), worker()])],
  ['another switch', observed([api({ renewsSwitch: true }), worker()])],
  ['another port or check of the switch', observed([api({ resteers: true }), worker()])],
  ['the edge', observed(ALL, { edge } as unknown as Partial<ObservedRelease>)],
  ['what is built', observed([api({ builds }), worker()])],
  ['nothing that could be compared', observed(ALL, { changes: undefined as never })],
])('is not called nothing for %s', (_what, seen) => {
  expect(plan(seen)).not.toHaveProperty('changesNothing');
});

it('is not called nothing for another strategy, or a service that comes or goes', () => {
  const worker2 = { ...API, service: 'worker' };
  expect(plan(observed(ALL), { ...DEPLOY, services: [API, worker2] })).not.toHaveProperty(
    'changesNothing',
  );
  expect(plan(observed([api()]), { ...DEPLOY, services: [API] })).not.toHaveProperty(
    'changesNothing',
  );
});

it('tells lines, or else what variables have changed, and the image that runs now', () => {
  const lines = ['-  LEVEL: info', '+  LEVEL: debug'];
  const both = { lines, anew: ['api'] };
  expect(plan(observed(ALL, { changes: both })).changes).toEqual({ lines, variables: [] });
  const silent = { lines: [], anew: ['api'] };
  expect(plan(observed(ALL, { changes: silent })).changes).toEqual({
    lines: [],
    variables: ['api'],
  });
  const newer = [api({ image: image('api', 2) }), worker()];
  const made = plan(observed(newer, { changes: silent }));
  expect(made.changes?.variables).toEqual([]);
  expect(made.services[0]?.was).toEqual({ reference: 'api:v1', pinned: 'api@sha256:1' });
  expect(made.services[1]).not.toHaveProperty('was');
});

it('tells what migrates the schema, and from where', () => {
  const migrations = { service: 'api', run: ['alembic', 'upgrade', 'head'], timeoutSeconds: 60 };
  expect(plan(observed(ALL), { ...DEPLOY, migrations }).migrates).toEqual({
    ...{ service: 'api', command: ['alembic', 'upgrade', 'head'], from: '9bc1' },
  });
});

describe('what is not as it should be', () => {
  const stack = { ...describeStack(), deploy: DEPLOY };
  const back = (seen: ObservedRelease, schema?: 'restore') =>
    planRollback(stack, schema === undefined ? {} : { schema }, seen);

  it('is told by the plans of a deploy and of a rollback', () => {
    const seen = observed([api({ drifts: [DRIFT] }), worker()]);
    const told =
      'api is not as its release has it: no container of api-blue runs. This run puts it right.';
    expect(plan(seen).notes).toEqual([told]);
    expect(back(seen)).toMatchObject({ notes: [told] });
  });

  it('is taken over again by a rollback where plain Compose has the place, and told', () => {
    const plain = observed([api({ runs: 'plain', active: undefined as never }), worker()]);
    expect(back(plain)).toMatchObject({
      services: [{ service: 'api', adopts: true }, {}],
      notes: [expect.stringContaining('takes port 8000 over again')],
    });
  });

  it('is refused where data would be replaced behind a page that nobody gets', () => {
    const plain = observed([api({ runs: 'plain' }), worker()]);
    expect(back(plain, 'restore')).toMatchObject({
      obstacle: expect.stringContaining(
        'plain Compose runs api in the place of its switch',
      ) as string,
      advice: expect.stringContaining('`pawl deploy`') as string,
    });
  });
});
