import type { InputOf } from '../../workflows/catalogue';
import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { resolve } from '../../workflows/messages';
import type { DeployDescription } from '../../workflows/model/deployment';
import { WORKFLOW_TASK_QUEUE } from '../../workflows/model/stack';
import type { Shares, SlotCounters, SlotShare } from '../../workflows/model/traffic';
import { describeRelease } from '../support/descriptions';
import { inPhase } from '../support/in-phase';
import { describeWith } from '../support/requirements';
import { uniqueStack, WorkflowHarness, type ActivityDoubles } from '../support/workflow-harness';

const DEPLOY: DeployDescription = {
  services: [
    {
      ...{ service: 'api', strategy: 'rolling', port: 8000 },
      ready: { http: '/healthz', consecutive: 3, timeoutSeconds: 60 },
      canary: {
        ...{ steps: [], pauseSeconds: 1, maxErrorRate: 1, maxSlowdown: 1.5, minRequests: 20 },
      },
      ...{ drainSeconds: 60, keepOldSeconds: 0, watchSeconds: 0 },
    },
  ],
  before: [],
  after: [{ kind: 'http', url: 'http://api/', expect: 200, timeoutSeconds: 1 }],
  release: { recoveryPoint: 'never', keep: 5, switchImage: 'haproxy:3.0' },
};

const NOTHING: SlotCounters = {
  ...{ up: 0, servers: [], weight: 0, inFlight: 0, responses: 0, errors: 0, connectionErrors: 0 },
  responseMilliseconds: 0,
};

/** What a rolling release does, in words, and what goes wrong in it. */
describeWith(['temporal'], 'a release that replaces container by container', () => {
  let harness: WorkflowHarness;
  let did: string[];
  /** Steps that fail, as they stand in `did`. */
  let failing: string[];
  beforeAll(async () => {
    harness = await WorkflowHarness.start();
  });
  afterAll(() => harness.stop());
  beforeEach(() => {
    did = [];
    failing = [];
  });

  function take<Output>(what: string, output: Output): Promise<Output> {
    did.push(what);
    if (!failing.includes(what)) return Promise.resolve(output);
    return Promise.reject(ApplicationFailure.nonRetryable(what, 'VerificationFailed', {}));
  }

  const shown = (share: SlotShare): string =>
    typeof share === 'string' ? share : String(share.servers ?? 'all');
  const steered = ({ blue, green }: Shares) => `blue ${shown(blue)}, green ${shown(green)}`;

  const doubles: ActivityDoubles = {
    observeRelease: () =>
      Promise.resolve({
        project: 'melvin',
        services: [
          {
            ...{ service: 'api', dependsOn: [], replicas: 3, runs: 'switched', published: [] },
            image: { reference: 'api', pinned: 'api' },
            ...{ active: 'blue', serving: 3, warm: { blue: 1 }, left: ['blue'] },
          },
        ],
        stored: { releases: [describeRelease({ number: 1 })], current: 1, next: 2 },
        notes: [],
      }),
    pullImage: () => Promise.resolve({ id: 'sha256:1' }),
    prepareRelease: () => Promise.resolve({ number: 2, file: '/2', modelHash: 'hash' }),
    startService: ({ service, release, scale }) => {
      const { containers = 0, keeps = false } = scale ?? {};
      const added = keeps ? 'with what there is' : 'anew';
      return take(`start ${service} ${containers} of release ${release} ${added}`, {
        ...{ containers, seconds: 1 },
      });
    },
    steerTraffic: ({ traffic }) =>
      take(steered(traffic), { counters: { blue: NOTHING, green: NOTHING } }),
    watchTraffic: () => {
      const isBad = failing.includes('judge');
      const verdict = isBad ? ('failed' as const) : ('passed' as const);
      return take('judged', { verdict, newResponses: 9, newErrors: 0, detail: 'figures' });
    },
    retireServers: ({ slot, keep }) => take(`keep ${keep} of ${slot}`, { left: 0, seconds: 1 }),
    checkGate: () => take('gate', 'passed'),
    removeService: ({ service }) => take(`remove ${service}`, undefined),
    discardRelease: () => Promise.resolve(),
    recordRelease: ({ release }) =>
      take(`record ${release.services[0]?.strategy ?? ''}`, undefined),
    retainReleases: () => Promise.resolve([]),
    recordRun: () => Promise.resolve(),
  };

  function start(hold = false): Promise<WorkflowHandle> {
    const stack = uniqueStack({ deploy: DEPLOY });
    const input: InputOf<'deploy'> = {
      request: {
        runbook: 'deploy',
        options: { images: {} },
        ...{ stack, hold, requestedBy: 'anna', trigger: 'cli', pawlVersion: '0.0.0' },
      },
      ...{ mode: 'apply', number: 1 },
    };
    return harness.client.workflow.start('deploy', {
      workflowId: `${stack.name}/${randomUUID()}`,
      taskQueue: WORKFLOW_TASK_QUEUE,
      args: [input],
    });
  }

  const undone = async () => {
    const error: unknown = await (await start()).result().catch((reason: unknown) => reason);
    expect(error).toHaveProperty('cause.type', 'VerificationFailed');
  };

  const FIRST = ['start api-green 1 of release 2 anew', 'blue 2, green 1', 'judged'];
  const SECOND = [
    ...['keep 2 of blue', 'start api-green 2 of release 2 with what there is'],
    ...['blue 1, green 2', 'judged'],
  ];
  const THIRD = [
    ...['keep 1 of blue', 'start api-green 3 of release 2 with what there is'],
    ...['blue drain, green all', 'keep 0 of blue'],
  ];
  const WHOLE_AGAIN = ['start api-blue 3 of release 1 with what there is', 'blue all, green off'];

  it('goes on one by one, and keeps the old one until the new ones are judged', async () => {
    await harness.working(doubles, async () => {
      const outcome: unknown = await (await start()).result();
      expect(outcome).toMatchObject({
        services: [{ strategy: 'rolling', slot: 'green' }],
        canary: [{ share: 33 }, { share: 67 }],
      });
      expect(outcome).not.toHaveProperty('warmUntil');
    });
    expect(did).toEqual([...FIRST, ...SECOND, ...THIRD, 'gate', 'record rolling']);
  });

  it('is undone at once while no old one is gone', async () => {
    failing = ['judge'];
    await harness.working(doubles, undone);
    expect(did).toEqual([...FIRST, 'blue all, green off', 'remove api-green']);
  });

  it('sends the requests to what is left first, and makes the old slot whole behind it', async () => {
    failing = ['start api-green 2 of release 2 with what there is'];
    await harness.working(doubles, undone);
    const back = ['blue 2, green off', ...WHOLE_AGAIN, 'remove api-green'];
    expect(did).toEqual([...FIRST, ...SECOND.slice(0, 2), ...back]);
  });

  it('makes the old slot whole all the more when what is left of it has died', async () => {
    failing = ['start api-green 2 of release 2 with what there is', 'blue 2, green off'];
    await harness.working(doubles, undone);
    expect(did.slice(-3)).toEqual([...WHOLE_AGAIN, 'remove api-green']);
  });

  it('has the old slot serve while it is held at its end, and goes on from there', async () => {
    failing = ['gate'];
    await harness.working(doubles, async () => {
      const run = await start(true);
      await inPhase(run, 'hold');
      expect(did.slice(-3)).toEqual(['gate', ...WHOLE_AGAIN]);
      await run.executeUpdate(resolve, { args: [{ by: 'anna', way: 'skip', message: 'is well' }] });
      await run.result();
    });
    expect(did.slice(-3)).toEqual(['blue drain, green all', 'keep 0 of blue', 'record rolling']);
  });

  it('has only as many old ones again as it had when it goes on in the middle', async () => {
    const second = 'start api-green 2 of release 2 with what there is';
    failing = [second];
    await harness.working(doubles, async () => {
      const run = await start(true);
      await inPhase(run, 'hold');
      expect(did.slice(-4)).toEqual([second, 'blue 2, green off', ...WHOLE_AGAIN]);
      failing = [];
      did = [];
      await run.executeUpdate(resolve, { args: [{ by: 'anna', way: 'retry' }] });
      await run.result();
    });
    expect(did.slice(0, 3)).toEqual(['blue 2, green 1', 'keep 2 of blue', second]);
  });

  it('is undone when it is cancelled while it is held', async () => {
    failing = ['judge'];
    await harness.working(doubles, async () => {
      const run = await start(true);
      await inPhase(run, 'hold');
      await run.cancel();
      await run.result().catch(() => undefined);
    });
    expect(did.slice(-2)).toEqual(['blue all, green off', 'remove api-green']);
  });
});
