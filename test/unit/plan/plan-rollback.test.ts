import type { RollbackOptions } from '../../../workflows/model/options';
import type { DeployDescription, SwitchDeployment } from '../../../workflows/model/deployment';
import type { Release } from '../../../workflows/model/release';
import { planRollback } from '../../../workflows/release/plan-rollback';
import { planReleaseRetention } from '../../../workflows/release/plan-retention';
import type { ObservedRelease, ObservedService } from '../../../workflows/release/observed-release';
import {
  describePart,
  describePoint,
  describeRelease,
  describeStack,
  describeSwitch,
} from '../../support/descriptions';

const DEPLOY: DeployDescription = {
  services: [describeSwitch()],
  ...{ before: [], after: [] },
  migrations: {
    ...{ service: 'api', run: ['up'], head: ['head'], down: ['down', '{revision}'] },
    timeoutSeconds: 60,
  },
  release: { recoveryPoint: 'migrations', keep: 5, switchImage: 'haproxy:3.0' },
};

const release = (number: number, more: Partial<Release> = {}): Release =>
  describeRelease({
    ...{ number, releasedAt: `2026-01-0${number}T00:00:00Z` },
    services: [
      {
        ...{ service: 'api', strategy: 'switch', slot: number % 2 === 0 ? 'green' : 'blue' },
        image: {
          reference: `api:v${number}`,
          pinned: `api@sha256:${number}`,
          id: `sha256:id${number}`,
        },
      },
    ],
    ...{ schemaHead: 'a1', replaced: number - 1, ...more },
  });

const observed = (
  releases: readonly Release[],
  current: number,
  warm: { blue?: number; green?: number } = {},
): ObservedRelease => ({
  project: 'melvin',
  services: [
    {
      ...{ service: 'api', dependsOn: [], replicas: 1, runs: 'switched', published: [] },
      image: { reference: 'api', pinned: 'api' },
      ...{ active: current % 2 === 0 ? 'green' : 'blue', warm, left: [] },
    },
  ],
  ...{ stored: { releases, current, next: current + 1 }, notes: [] },
});

const plan = (
  seen: ObservedRelease,
  options: RollbackOptions = {},
  deploy: DeployDescription = DEPLOY,
) => planRollback({ ...describeStack(), deploy }, options, seen);

it('goes to the release that the serving one replaced, over its warm slot', () => {
  expect(plan(observed([release(4), release(3)], 4, { blue: 3, green: 4 }))).toMatchObject({
    ...{ release: 3, replaces: 4, warm: true, schema: { way: 'same' } },
    services: [{ slot: 'blue', shares: [100], image: { pinned: 'api@sha256:3' } }],
  });
});

it('starts the stored release where its slot has been stopped or is another one', () => {
  expect(plan(observed([release(4), release(3)], 4, { green: 4 }))).toMatchObject({ warm: false });
  const older = observed([release(4), release(3), release(2)], 4, { blue: 3, green: 4 });
  expect(plan(older, { to: 2 })).toMatchObject({ release: 2, warm: false });
});

it('starts no slot that is warm', () => {
  const step = expect.objectContaining({ id: 'start:api-blue' }) as object;
  const starts = { steps: expect.arrayContaining([step]) as object[] };
  const of = (warm: { blue?: number }) => plan(observed([release(4), release(3)], 4, warm));
  expect(of({ blue: 3 })).not.toMatchObject(starts);
  expect(of({})).toMatchObject(starts);
});

it('replaces container by container as a release does, without judging, and never over a warm slot', () => {
  const [api] = DEPLOY.services as [SwitchDeployment];
  const policy = { pauseSeconds: 1, maxErrorRate: 1, maxSlowdown: 2, minRequests: 1 };
  const rolling = { ...api, strategy: 'rolling' as const, canary: { ...policy, steps: [] } };
  const seen = observed([release(4), release(3)], 4, { blue: 3, green: 4 });
  const [now] = seen.services as [ObservedService];
  const services = [{ ...now, replicas: 2, serving: 2 }];
  const made = plan({ ...seen, services }, {}, { ...DEPLOY, services: [rolling] });
  expect(made).toMatchObject({
    ...{ release: 3, warm: false },
    services: [{ strategy: 'rolling', shares: [50, 100], rolls: { judged: false } }],
  });
  const one = plan(seen, {}, { ...DEPLOY, services: [rolling] });
  expect(one).toMatchObject({
    obstacle: expect.stringContaining('2 containers or more') as string,
  });
});

it('refuses the way between a switch and none', () => {
  const services = [{ service: 'api', strategy: 'recreate' as const }];
  const seen = observed([release(4), release(3)], 4);
  expect(plan(seen, {}, { ...DEPLOY, services })).toMatchObject({
    obstacle: 'api has another strategy now than in release 3 (switch)',
  });
});

it.each([
  ['one that is not kept', { to: 1 }, 'there is no release 1'],
  ['the one that serves', { to: 4 }, 'release 4 serves already'],
])('refuses %s', (_which, options, obstacle) => {
  expect(plan(observed([release(4), release(3)], 4), options)).toMatchObject({ obstacle });
});

it('refuses what plain Compose ran, and says how its image is released', () => {
  const seen = observed([release(4), release(3, { adopted: true })], 4);
  expect(plan(seen)).toMatchObject({ advice: expect.stringContaining('--image api=') as string });
});

describe('when the schema has moved on', () => {
  const moved = observed(
    [release(4, { schemaHead: 'b2', recoveryPoint: 'cafe0123' }), release(3)],
    ...([4, { blue: 3 }] as const),
  );

  it('refuses, with the three ways out and what is lost by a restore', () => {
    const refused = plan(moved) as { obstacle: string; advice: string };
    expect(refused.obstacle).toBe('the schema is at b2, and release 3 was made for a1');
    expect(refused.advice).toContain('--schema keep');
    expect(refused.advice).toContain('--schema down');
    expect(refused.advice).toContain('recovery point cafe0123): `pawl rollback --schema restore`');
    expect(refused.advice).toContain('written since 2026-01-04T00:00:00Z is lost');
  });

  it('keeps the schema when told that the old release works with it', () => {
    expect(plan(moved, { schema: 'keep' })).toMatchObject({ schema: { way: 'keep' } });
  });

  it('takes it down by the declared step, after the requests have gone back', () => {
    const made = plan(moved, { schema: 'down' });
    expect(made).toMatchObject({ schema: { way: 'down', now: 'b2', then: 'a1' } });
    const ids = ('steps' in made ? made.steps : []).map(({ id }) => id);
    expect(ids.indexOf('migrate-down')).toBeGreaterThan(ids.indexOf('shift:api/100'));
  });

  describe('brings all data back', () => {
    const points = [
      release(5, { schemaHead: 'c3', recoveryPoint: 'feed4567' }),
      release(4, { schemaHead: 'b2', recoveryPoint: 'cafe0123' }),
      release(3),
    ];

    it('of the point that was saved when the wanted release was replaced', () => {
      const made = plan(observed(points, 5), { to: 3, schema: 'restore' });
      expect(made).toMatchObject({
        schema: { way: 'restore', point: 'cafe0123', lostSince: '2026-01-04T00:00:00Z' },
        notes: [expect.stringContaining('what was written since 2026-01-04'), expect.anything()],
      });
    });

    it('proved before the page, swapped behind it, and answers again before the gates', () => {
      const accounts = describePart();
      const target = { kind: 'database', into: 'melvin' } as never;
      const data = {
        ...({ runbook: 'restore', stack: 'melvin', point: describePoint() } as const),
        parts: [{ part: accounts, target, bytes: 1, rows: 1, otherSessions: 3 }],
        ...{ keepReplacedSeconds: 60, notes: [] },
        steps: ['restore:accounts', 'prove:accounts', 'swap:accounts', 'record'].map((id) => ({
          ...{ id, title: id },
        })),
      } as const;
      const gates = { after: [{ kind: 'http', url: '', expect: 200, timeoutSeconds: 1 }] } as const;
      const made = planRollback(
        { ...describeStack(), deploy: { ...DEPLOY, ...gates } },
        { to: 3, schema: 'restore' },
        observed(points, 5),
        data,
      );
      if ('obstacle' in made) throw new Error(made.obstacle);
      expect(made.steps.map(({ id }) => id)).toEqual([
        ...['pull:api', 'restore:accounts', 'prove:accounts', 'maintain:api', 'swap:accounts'],
        ...['start:api-green', 'shift:api/100', 'drain:api', 'serve:api', 'gate-after:1'],
        ...['record-release', 'record'],
      ]);
      expect(made.restores?.parts).toEqual([{ part: accounts, target, bytes: 1, rows: 1 }]);
    });

    it('not without a point, nor where the schema is the same', () => {
      const none = observed([release(4, { schemaHead: 'b2' }), release(3)], 4);
      expect(plan(none, { schema: 'restore' })).toMatchObject({
        obstacle: 'no recovery point was saved when release 3 was replaced',
      });
      const same = observed([release(4), release(3)], 4);
      expect(plan(same, { schema: 'restore' })).toMatchObject({
        obstacle: expect.stringContaining('no data need to come back') as string,
      });
    });
  });

  it('refuses to take it down without a declared step', () => {
    const { down: _, ...migrations } = DEPLOY.migrations ?? {
      service: '',
      run: [],
      timeoutSeconds: 1,
    };
    const refused = plan(moved, { schema: 'down' }, { ...DEPLOY, migrations });
    expect(refused).toMatchObject({
      obstacle: expect.stringContaining('cannot be taken down') as string,
    });
  });
});

describe('retention of releases', () => {
  const six = [6, 5, 4, 3, 2, 1].map((number) => release(number));

  it('keeps the newest, the serving one and the one it replaced', () => {
    expect(planReleaseRetention({ releases: six, current: 3, next: 7 }, 2)).toEqual({
      remove: [4, 1],
      images: ['sha256:id4', 'sha256:id1'],
    });
  });

  it('never removes an image that a kept release needs', () => {
    const [newest = release(6), ...others] = six;
    const same = { ...newest, services: others[4]?.services ?? [] };
    const { images } = planReleaseRetention(
      { releases: [same, ...others], current: 6, next: 7 },
      2,
    );
    expect(images).not.toContain('sha256:id1');
  });
});
