import { createColors } from 'picocolors';
import { renderOutcome } from '../../../client/render/outcome';
import { renderPlan } from '../../../client/render/plan';
import { renderReleaseDiff } from '../../../client/render/release-diff';
import { renderReleases } from '../../../client/render/releases';
import type { ForgetOutcome, ReleasedOutcome } from '../../../workflows/model/outcome';
import type {
  DeployPlan,
  ForgetPlan,
  PlannedService,
  RollbackPlan,
} from '../../../workflows/model/plans';
import type { Release } from '../../../workflows/model/release';
import { describePart, describePoint } from '../../support/descriptions';
import { expectGolden } from './golden';
import { START } from './views';

const PLAIN = createColors(false);
const DIGEST = 'a'.repeat(60);
const UNTIL = '2026-11-21T03:15:00.000Z';

const UNKNOWN = { warm: [], serving: undefined };

const API: PlannedService = {
  service: 'api',
  strategy: 'switch',
  image: { reference: 'registry/api:v2', pinned: `registry/api@sha256:1111${DIGEST}` },
  from: `sha256:2222${DIGEST}`,
  slot: 'green',
  adopts: false,
  shares: [5, 25, 100],
};
const WORKER: PlannedService = {
  service: 'worker',
  strategy: 'recreate',
  image: { reference: 'worker', pinned: `sha256:3333${DIGEST}` },
  adopts: false,
  shares: [],
};
const COMMON = {
  ...{ stack: 'melvin', hash: '4a3bd8dd540d9c0b7a' },
  steps: [{ id: 'start:api-green', title: 'start api-green' }],
};
const SEEN = { published: [], drops: false };
const ROLLBACK: RollbackPlan = {
  ...{ ...COMMON, runbook: 'rollback', release: 3, replaces: 4, warm: true },
  ...{ services: [{ ...API, shares: [100] }], notes: [], schema: { way: 'same' } },
};

function release(number: number, change: Partial<Release> = {}): Release {
  const image = {
    reference: `registry/api:v${number}`,
    pinned: `registry/api@sha256:${number}000${DIGEST}`,
    id: `sha256:9999${DIGEST}`,
  };
  return {
    ...{ number, stack: 'melvin', releasedAt: START, run: 'melvin/42', runKey: '0a1b' },
    ...{ requestedBy: 'anna@desk', pawlVersion: '1.2.3', stackHash: 'ab', modelHash: 'cd' },
    services: [{ service: 'api', strategy: 'switch', image, slot: 'blue' }],
    ...change,
  };
}

describe('the plan of a deploy', () => {
  const plan: DeployPlan = {
    ...{ ...COMMON, runbook: 'deploy', release: 4, replaces: 3, services: [API, WORKER] },
    ...{ migrations: true, recoveryPoint: true, gates: { before: 2, after: 1 } },
    notes: ['The switch of api is recreated: some seconds without an answer.'],
  };

  it('says for each service how, from which image, and what runs now', () => {
    expectGolden('plan-deploy', renderPlan(plan));
  });

  it('says of an image that is built first that nobody knows its digest yet', () => {
    const image = { reference: 'registry/api:v2', pinned: 'registry/api:v2' };
    const text = (planned: PlannedService) => renderPlan({ ...plan, services: [planned] });
    expect(text({ ...API, image, builds: true })).toContain('registry/api:v2 (built first)');
    expect(text({ ...API, builds: true })).toContain('registry/api:v2 (1111aaaaaaaa)');
  });

  it('says where the containers are replaced one by one', () => {
    const rolled = { ...API, strategy: 'rolling' as const, rolls: { judged: false } };
    const text = renderPlan({ ...plan, services: [{ ...rolled, shares: [50, 100] }] });
    expect(text).toContain('into green, one by one: 50 %, 100 %');
  });

  it('says how much room the images to be pulled need, as far as it is known', () => {
    const text = (disk: DeployPlan['disk']) => renderPlan({ ...plan, ...(disk && { disk }) });
    expect(text({ neededBytes: 3e9, freeBytes: 5e10 })).toContain(
      "images to be pulled need about 3.0 GB. Free on the engine's disk: 50.0 GB.",
    );
    expect(text({})).toMatch(/need is not known\. Free on the engine's disk: not known\./);
    expect(text(undefined)).not.toContain('disk');
  });

  it('says how long it took the last times', () => {
    const text = (runs: number, withApproval = false) =>
      renderPlan(plan, { expected: { seconds: 40.4, runs, withApproval } });
    expect(text(5)).toContain('\nIt takes about 40 s, going by the last 5 deploys.\n');
    expect(text(1)).toContain('going by the last deploy.\n');
    expect(text(2, true)).toContain('by the last 2 deploys, including the wait for approval.');
    expect(renderPlan(plan)).not.toContain('It takes');
    const expected = { seconds: 7.8, runs: 3, withApproval: false, leastSeconds: 20 };
    expect(renderPlan(plan, { expected })).toContain(
      '\nIt takes more than 20 s: it watches that long.\n',
    );
  });

  it('keeps what matters above the question on a low terminal, and its tables within it', () => {
    const long = {
      ...plan,
      steps: Array.from({ length: 30 }, (_, n) => ({ id: `${n}`, title: `s${n}` })),
    };
    const low = renderPlan(long, { width: 60, height: 22 }).split('\n');
    expect(low[0]).toBe('Steps of the plan:');
    expect(low.indexOf('  30. s29')).toBeLessThan(
      low.findIndex((line) => line.startsWith('Plan ')),
    );
    const table = low.filter((line) => line.startsWith('  ') && !/^ +\d+\./.test(line));
    expect(Math.max(...table.slice(0, 4).map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(renderPlan(plan, { width: 200, height: 60 })).toBe(renderPlan(plan));
  });

  it('says of the first one what is taken over from plain Compose', () => {
    const api: PlannedService = { ...API, slot: 'blue', shares: [100], adopts: true };
    const first = { ...plan, migrations: false, recoveryPoint: false, services: [api] };
    const { replaces, ...without } = first;
    const text = renderPlan({ ...without, release: 2, gates: { before: 0, after: 0 } });
    expect(replaces).toBe(3);
    expect(text).toContain('Release 2:\n');
    expect(text).toContain('into blue: 100 %, takes the port over');
    expect(text).not.toMatch(/gate|schema|recovery point/);
  });
});

describe('the plan of a rollback', () => {
  it('says what of the data does not come back', () => {
    const object = { kind: 'materialized view', name: 'public.totals' };
    const leaveOut = { objects: [object], dependents: [], moreDependents: 0 };
    const target = { kind: 'database', into: 'melvin' } as never;
    const parts = [{ part: describePart(), target, bytes: 1, rows: 1, leaveOut }];
    const restores = { point: describePoint(), parts, keepReplacedSeconds: 60 };
    expect(renderPlan({ ...ROLLBACK, restores })).toContain(
      'left out of accounts: materialized view public.totals',
    );
  });

  it('says where to, and that warm slots make it quick', () => {
    expectGolden('plan-rollback', renderPlan(ROLLBACK));
  });

  it.each([
    [{ way: 'unknown' }, 'whether it is the same for both is not known'],
    [{ way: 'keep', now: 'b', then: 'a' }, 'stays at b; the release was made for a'],
    [{ way: 'down', now: 'b', then: 'a' }, 'taken down from b to a'],
  ] as const)('says what becomes of the schema: %j', (schema, words) => {
    expect(renderPlan({ ...ROLLBACK, warm: false, schema })).toContain(words);
  });
});

describe('the outcome', () => {
  const outcome: ReleasedOutcome = {
    ...{ state: 'done', runbook: 'deploy', run: 'melvin/42', release: 4, replaced: 3 },
    services: [
      { service: 'api', strategy: 'switch', image: API.image.pinned, slot: 'green' },
      { service: 'worker', strategy: 'recreate', image: WORKER.image.pinned },
    ],
    canary: [
      {
        ...{ service: 'api', share: 5, verdict: 'passed', newResponses: 312, newErrors: 1 },
        detail: 'new: 1 of 312 failed (0.3 %); old: 3 of 5900 failed; probes: 0 of 150 failed',
      },
      {
        ...{ service: 'api', share: 25, verdict: 'not-enough-traffic', newResponses: 4 },
        ...{ newErrors: 0, detail: 'new: 0 of 4 failed (0.0 %); 200 are needed to judge' },
      },
      {
        ...{ service: 'api', share: 50, verdict: 'probes-only', newResponses: 0, newErrors: 0 },
        detail:
          "no users' answers: judged by probes only; new: 0 of 0 failed; probes: 0 of 150 failed",
      },
    ],
    ...{ warmUntil: UNTIL, schemaHead: '9bc1', recoveryPoint: 'a1b2c3d4', gapSeconds: 0.84 },
    notes: ['3 requests were still in flight after 60 s.'],
  };

  it('of a deploy tells how it was judged, the gap, and the way back', () => {
    expectGolden('outcome-deploy', renderOutcome(outcome));
  });

  it.each([
    ['plain-compose', 'There is a way back from the next release on: `pawl rollback`.'],
    ['schema-taken-down', 'Release 3 needs a schema that is gone: `pawl deploy` makes both again.'],
  ] as const)('offers no rollback where none can be: %s', (noWayBack, words) => {
    const text = renderOutcome({ ...outcome, noWayBack });
    expect(text).toContain(words);
    expect(text).not.toContain('goes back');
  });

  it('of a rollback names the release that serves again, and the way to the newer one', () => {
    const text = renderOutcome({
      ...{ state: 'done', runbook: 'rollback', run: 'melvin/43', release: 3, replaced: 4 },
      ...{ services: outcome.services, canary: [], notes: [] },
    });
    expectGolden('outcome-rollback', text);
  });
});

describe('a forget', () => {
  const ID = `sha256:2222${DIGEST}`;
  const same = { reference: 'registry/api:v2', id: ID, named: 'same' } as const;
  const other = { reference: 'registry/worker:v3', id: ID, named: 'other' } as const;
  const folder = '/var/lib/pawl/releases/melvin';
  const plan: ForgetPlan = {
    ...{ ...COMMON, runbook: 'forget', release: 5, replaces: 4, folder },
    steps: [{ id: 'give-back:api', title: 'give api back to Compose' }],
    services: [
      { ...{ service: 'api', from: 'switch', active: 'green', release: 4 }, ...SEEN, image: same },
      { ...{ service: 'worker', from: 'release', release: 4 }, ...SEEN, image: other },
    ],
    lines: ['-      LEVEL: info', '+      LEVEL: \u001b[31mdebug'],
    notes: ['api gives its port 8000 back.'],
  };

  it('tells of its plan what each service is given back from, and what stays', () => {
    expectGolden('plan-forget', renderPlan(plan));
    const nothing = renderPlan({ ...plan, changesNothing: true, services: [], lines: [] });
    expect(nothing).toContain('Nothing to forget: plain Compose runs melvin already.');
  });

  it('tells in the end the gap, what `docker compose up` would do, and the way back', () => {
    const outcome: ForgetOutcome = {
      ...{ state: 'done', runbook: 'forget', run: 'melvin/44', release: 5, replaced: 4, folder },
      services: [{ service: 'api', image: same, gapSeconds: 4.2 }],
    };
    expectGolden('outcome-forget', renderOutcome(outcome));
    const services = [{ service: 'worker', image: other }];
    expect(renderOutcome({ ...outcome, services })).toContain('will replace worker');
  });
});

describe('releases', () => {
  it('say which one serves, which is warm, and which was there before pawl', () => {
    const releases = [
      release(3, { schemaHead: '9bc1' }),
      release(2),
      release(1, { adopted: true }),
    ];
    const slots = [
      { service: 'api', slot: 'blue' as const, release: 2, until: UNTIL },
      { service: 'web', slot: 'blue' as const, release: 2, until: START },
    ];
    expectGolden(
      'releases',
      renderReleases(releases, 3, { warm: slots, serving: { services: [] } }),
    );
  });

  it('do not say that one serves which does not, or of which nobody knows', () => {
    const drift = { kind: 'stopped', fact: 'shop-web-1 has stopped', way: 'start it' } as const;
    const state = { service: 'web', inPlace: 'stopped', serves: [], drifts: [drift] } as const;
    const text = renderReleases([release(3)], 3, {
      ...{ warm: [], serving: { services: [state] } },
    });
    expect(text).toMatch(/ current$/m);
    expect(text).not.toContain('serves');
    expect(text).toContain('shop-web-1 has stopped. start it.');
    expect(renderReleases([release(3)], 3, UNKNOWN)).toMatch(/ current$/m);
  });

  it('that there are none of say how to make one', () => {
    expect(renderReleases([], undefined, UNKNOWN)).toContain('`pawl deploy`');
  });

  it('are cut to their first images where they have many services', () => {
    const [api] = release(1).services;
    const services = Array.from({ length: 9 }, (_, at) => ({ ...api, service: `service-${at}` }));
    const text = renderReleases([release(1, { services } as Partial<Release>)], 1, UNKNOWN);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(130);
  });
});

describe('the difference of two releases', () => {
  const lines = ['@@ -1,3 +1,3 @@', ' services:', '-    image: a\u001b[2J', '+    image: b\t'];
  const images = release(3).services.map(({ service, image }) => ({ service, from: image }));
  const difference = { from: 3, to: 4, images, lines };

  it('names images and lines, and nothing in it moves the cursor', () => {
    const text = renderReleaseDiff(difference, PLAIN);
    expectGolden('release-diff', text);
    expect(text).not.toContain('\u001b');
  });

  it('paints what is new and what is gone', () => {
    const text = renderReleaseDiff(difference, createColors(true));
    expect(text).toContain('\u001b[31m-    image: a');
    expect(text).toContain('\u001b[32m+    image: b');
  });

  it('is told to be none where there is none', () => {
    const text = renderReleaseDiff({ from: 3, to: 4, images: [], lines: [] }, PLAIN);
    expect(text).toBe('Release 3 and release 4 are the same.');
  });
});
