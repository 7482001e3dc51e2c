import type { InputOf } from '../../workflows/catalogue';
import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import type { DeployDescription } from '../../workflows/model/deployment';
import type { ForgetOutcome } from '../../workflows/model/outcome';
import { WORKFLOW_TASK_QUEUE, type StackDescription } from '../../workflows/model/stack';
import type { SlotCounters } from '../../workflows/model/traffic';
import { describeRelease, describeSwitch } from '../support/descriptions';
import { describeWith } from '../support/requirements';
import { uniqueStack, WorkflowHarness, type ActivityDoubles } from '../support/workflow-harness';

const ID = 'sha256:two';
const image = { reference: 'api:2', pinned: 'api@sha256:aa', id: ID };
const DEPLOY: DeployDescription = {
  services: [
    describeSwitch({ keepOldSeconds: 0 }),
    { service: 'worker', strategy: 'recreate', stopSeconds: 7 },
  ],
  ...{ before: [], after: [] },
  release: { recoveryPoint: 'never', keep: 5, switchImage: 'haproxy:3.0' },
};
const NOTHING: SlotCounters = {
  ...{ up: 0, servers: [], weight: 0, inFlight: 0, responses: 0, errors: 0, connectionErrors: 0 },
  responseMilliseconds: 0,
};

describeWith(['temporal'], 'a forget', () => {
  let harness: WorkflowHarness;
  let did: string[];
  let failing: string | undefined;
  beforeAll(async () => {
    harness = await WorkflowHarness.start();
  });
  afterAll(() => harness.stop());
  beforeEach(() => {
    did = [];
    failing = undefined;
  });

  function take<Output>(what: string, output: Output): Promise<Output> {
    did.push(what);
    if (failing !== what) return Promise.resolve(output);
    return Promise.reject(ApplicationFailure.nonRetryable(what, 'VerificationFailed', {}));
  }

  const doubles: ActivityDoubles = {
    observeForgetting: () =>
      Promise.resolve({
        ...{ project: 'melvin', lines: [], folder: '/releases/melvin', edge: false },
        services: [
          {
            ...{ service: 'api', inPlace: 'switch', drifts: [], replicas: 1, published: ['80'] },
            serves: [{ slot: 'green', release: 2, share: 100, running: 1, image: ID }],
            ...{ image: { reference: 'api:2' }, released: image },
            ...{ left: ['blue', 'green'], hasSwitchFile: true },
          },
          {
            ...{ service: 'worker', inPlace: 'release', drifts: [], replicas: 1, published: [] },
            serves: [{ release: 2, share: 100, running: 1, image: ID }],
            ...{ image: { reference: 'api:2', id: ID }, released: image },
            ...{ left: [], hasSwitchFile: false },
          },
        ],
        stored: {
          releases: [
            describeRelease({
              ...{ number: 2, schemaHead: '9bc1' },
              services: ['api', 'worker'].map((service) => ({
                service,
                strategy: 'switch',
                image,
              })),
            }),
          ],
          ...{ current: 2, next: 3 },
        },
      }),
    preparePlain: ({ services }) =>
      take(`write down ${services.map((one) => `${one.service} ${one.image.named}`).join(', ')}`, {
        ...{ number: 3, file: '/3', modelHash: 'hash' },
      }),
    startService: ({ service, release, plain, stopSeconds }) =>
      take(`start ${service} ${release}${plain === true ? ' plain' : ''} ${stopSeconds ?? '-'}`, {
        ...{ containers: 1, seconds: 1.5 },
      }),
    steerTraffic: ({ deployment, release, traffic: { green } }) =>
      take(`switch of ${deployment.service} from ${release}: ${JSON.stringify(green)}`, {
        counters: { blue: NOTHING, green: NOTHING },
      }),
    recordRelease: ({ release: { number, adopted, replaced, schemaHead } }) =>
      take(
        `record ${number} ${String(adopted)} after ${replaced ?? ''} at ${schemaHead ?? ''}`,
        undefined,
      ),
    dropSwitch: ({ service }) => take(`drop ${service}`, undefined),
    discardRelease: () => take('discard', undefined),
  };

  function start(
    mode: 'apply' | 'plan' = 'apply',
    change: Partial<StackDescription> = {},
  ): Promise<unknown> {
    const stack = uniqueStack({ deploy: DEPLOY, ...change });
    const input: InputOf<'forget'> = {
      request: {
        ...{ runbook: 'forget', options: {}, stack, requestedBy: 'anna', trigger: 'cli' },
        pawlVersion: '0.0.0',
      },
      ...{ mode, number: 1 },
    };
    return harness.client.workflow.execute('forget', {
      workflowId: `${stack.name}/${randomUUID()}`,
      ...{ taskQueue: WORKFLOW_TASK_QUEUE, args: [input] },
    });
  }

  const GIVEN = ['write down api renamed, worker same', 'start api 3 plain 5'];

  it('starts what plain Compose has, proves and records it, and only then removes the slots', async () => {
    await harness.working(doubles, async () => {
      const outcome = (await start()) as ForgetOutcome;
      expect(outcome).toMatchObject({
        ...{ state: 'done', runbook: 'forget', release: 3, replaced: 2 },
        services: [
          { service: 'api', gapSeconds: 1.5, image: { named: 'renamed' } },
          { service: 'worker', gapSeconds: 1.5 },
        ],
        folder: '/releases/melvin',
      });
    });
    expect(did).toEqual([
      ...GIVEN,
      ...['start worker 3 plain 7', 'record 3 true after 2 at 9bc1', 'drop api'],
    ]);
  });

  it('gives every service to its release again when one does not get ready', async () => {
    failing = 'start worker 3 plain 7';
    await harness.working(doubles, async () => {
      const error: unknown = await start().catch((reason: unknown) => reason);
      expect(error).toHaveProperty('cause.type', 'VerificationFailed');
    });
    expect(did).toEqual([
      ...[...GIVEN, failing, 'switch of api from 2: {"weight":100}'],
      ...['start worker 2 7', 'discard'],
    ]);
  });

  it('takes nothing back once it is recorded', async () => {
    failing = 'drop api';
    await harness.working(doubles, async () => {
      const error: unknown = await start().catch((reason: unknown) => reason);
      expect(error).toHaveProperty('cause.type', 'VerificationFailed');
      expect(JSON.stringify((error as Error).cause)).toContain('Plain Compose serves');
    });
    expect(did.at(-1)).toBe('drop api');
  });

  it('is not begun in what freezes a deploy', async () => {
    const freeze = [{ runbooks: ['deploy'], zone: 'UTC', reason: 'all year' }] as const;
    await harness.working(doubles, async () => {
      const error: unknown = await start('apply', { freeze }).catch((reason: unknown) => reason);
      expect(error).toHaveProperty('cause.type', 'ResourceBusy');
    });
    expect(did).toEqual([]);
  });

  it('touches nothing in a plan', async () => {
    await harness.working(doubles, async () => {
      expect(await start('plan')).toMatchObject({ state: 'planned', plan: { runbook: 'forget' } });
    });
    expect(did).toEqual([]);
  });
});
