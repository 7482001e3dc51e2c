import type { Deployment } from '../../../workflows/model/deployment';
import type { PinnedImage } from '../../../workflows/model/release';
import { planForget } from '../../../workflows/release/plan-forget';
import type {
  ForgettableService,
  ObservedForgetting,
} from '../../../workflows/release/observed-forgetting';
import { describeRelease, describeStack, describeSwitch } from '../../support/descriptions';

const API = describeSwitch();
const WORKER: Deployment = { service: 'worker', strategy: 'recreate' };
const image = (service: string, id = 'sha256:two'): PinnedImage => ({
  ...{ reference: `${service}:2`, pinned: `${service}@sha256:aa`, id },
});
const ID = 'sha256:two';

const api: ForgettableService = {
  ...{ service: 'api', inPlace: 'switch', drifts: [], replicas: 1, published: ['8000'] },
  serves: [{ slot: 'green', release: 4, share: 100, running: 1, image: ID }],
  ...{ image: { reference: 'api:2', id: ID }, released: image('api') },
  ...{ left: ['blue', 'green'], hasSwitchFile: true },
};
const worker: ForgettableService = {
  ...{ service: 'worker', inPlace: 'release', drifts: [], replicas: 1, published: [] },
  serves: [{ release: 4, share: 100, running: 1, image: ID }],
  ...{ image: { reference: 'worker:2', id: ID }, released: image('worker') },
  ...{ left: [], hasSwitchFile: false },
};
const GIVEN_BACK = { inPlace: 'compose', serves: [{ share: 100, running: 1, image: ID }] } as const;

function forget(
  services: readonly ForgettableService[],
  { adopted, ...change }: Partial<ObservedForgetting> & { readonly adopted?: true } = {},
  deployments: readonly Deployment[] = [API, WORKER],
) {
  const released = services.flatMap(({ service, released: its }) =>
    its === undefined ? [] : [{ service, strategy: 'switch' as const, image: its }],
  );
  const current = describeRelease({ number: 4, services: released, ...(adopted && { adopted }) });
  const stack = describeStack({
    deploy: {
      ...{ services: deployments, before: [], after: [] },
      release: { recoveryPoint: 'never', keep: 3, switchImage: 'haproxy' },
    },
  });
  return planForget(stack, {
    ...{ project: 'melvin', services, lines: [], edge: false, folder: '/state/releases/melvin' },
    ...{ stored: { releases: [current], current: 4, next: 5 }, ...change },
  });
}

const obstacle = (...given: Parameters<typeof forget>) =>
  (forget(...given) as { readonly obstacle?: string }).obstacle;

describe('the plan of a forget', () => {
  it('gives each service back from the image that serves, and tells the gap', () => {
    const plan = forget([api, worker]);
    expect(plan).toMatchObject({
      ...{ runbook: 'forget', release: 5, replaces: 4, folder: '/state/releases/melvin' },
      services: [
        { service: 'api', from: 'switch', active: 'green', release: 4, drops: true },
        { service: 'worker', from: 'release', release: 4, drops: false },
      ],
      steps: [
        ...[{ id: 'prepare' }, { id: 'give-back:api' }, { id: 'give-back:worker' }],
        ...[{ id: 'record-release' }, { id: 'drop-switch:api' }, { id: 'record' }],
      ],
      notes: [
        expect.stringMatching(/^api gives its port 8000 back.*nobody answers/),
        expect.stringMatching(/^worker is stopped with its grace/),
      ],
    });
    expect(plan).not.toHaveProperty('changesNothing');
  });

  it.each([
    ['the name means it', { reference: 'api:2', id: ID }, 'same'],
    ['the name means an older image here', { reference: 'api:2', id: 'sha256:one' }, 'renamed'],
    ['the name means nothing here', { reference: 'api:2' }, 'renamed'],
    ['the file names another one', { reference: 'api:3', id: 'sha256:three' }, 'other'],
    ['the file names another digest', { reference: 'api@sha256:bb' }, 'other'],
    ['the file names the same by its id', { reference: ID, id: ID }, 'same'],
  ] as const)('keeps what serves where %s', (_, named, how) => {
    const plan = forget([{ ...api, image: named }]);
    expect(plan).toMatchObject({ services: [{ image: { id: ID, named: how } }] });
    const told = 'notes' in plan ? plan.notes.slice(1) : [];
    expect(told).toHaveLength(how === 'same' ? 0 : 1);
    if (how === 'other') expect(told[0]).toContain('replaces it with');
  });

  it('starts nothing where plain Compose has the place already, and removes what is left', () => {
    const taken = { ...api, ...GIVEN_BACK };
    expect(forget([taken])).toMatchObject({
      services: [{ from: 'compose', drops: true }],
      steps: [
        ...[{ id: 'prepare' }, { id: 'record-release' }, { id: 'drop-switch:api' }],
        { id: 'record' },
      ],
    });
    const rest = { left: [], hasSwitchFile: false };
    expect(forget([{ ...taken, ...rest }], { adopted: true })).toMatchObject({
      ...{ changesNothing: true, release: 4 },
    });
  });

  it('leaves alone what pawl has never released', () => {
    const { released: _, ...never } = { ...worker, inPlace: 'nothing' as const };
    expect(forget([api, never])).toMatchObject({ services: [{ service: 'api' }] });
  });

  it('says what the Compose files have otherwise, and that an edge stays', () => {
    const lines = ['-  A: 1', '+  A: 2'];
    const plan = forget([api], { lines, edge: true });
    expect(plan).toMatchObject({ lines });
    expect('notes' in plan && plan.notes.at(-1)).toContain('The edge stays');
  });

  it('is refused where it is not known what serves, or users would get what they must not', () => {
    const fact = 'requests go to two releases';
    const drift = { kind: 'two-releases', fact, way: 'x' } as const;
    const [half] = api.serves;
    const two = half === undefined ? [] : [half, { ...half, slot: 'blue' as const }];
    expect(obstacle([{ ...api, serves: two, drifts: [drift] }])).toContain(fact);
    expect(obstacle([{ ...api, inPlace: 'nothing', serves: [] }])).toContain(
      'cannot be given back',
    );
    expect(obstacle([{ ...api, inPlace: 'other-stack' }])).toContain('cannot be given back');
    const maintenance = { message: 'soon', by: 'anna', since: '2026-11-21T03:00:00.000Z' };
    expect(obstacle([{ ...api, maintenance }])).toContain('in maintenance');
    expect(obstacle([{ ...api, replicas: 2 }])).toContain('cannot run 2 containers');
    expect(obstacle([api], {}, [WORKER])).toContain('no longer names');
    expect(obstacle([api], {}, [{ service: 'api', strategy: 'recreate' }])).toContain('switch');
    const gone = [{ service: 'side', hasImage: false }];
    expect(obstacle([{ ...worker, followers: gone }])).toContain('side');
    expect(obstacle([], { stored: { releases: [], next: 1 } })).toContain('released nothing');
  });

  it('gives back what has ended as it was, from the image of its release', () => {
    const ended = { ...worker, inPlace: 'stopped', serves: [], unwell: 'not-running' } as const;
    expect(forget([ended])).toMatchObject({ services: [{ from: 'release', image: { id: ID } }] });
  });
});
