import { maintainable, planMaintenance } from '../../../workflows/maintenance/plan-maintenance';
import { describeStack } from '../../support/descriptions';

const SWITCHED = {
  strategy: 'switch' as const,
  ...{ port: 8000, drainSeconds: 1, keepOldSeconds: 1, watchSeconds: 0 },
  ready: { http: '/', consecutive: 1, timeoutSeconds: 1 },
};
const stack = describeStack({
  deploy: {
    services: [
      { ...SWITCHED, service: 'api' },
      { service: 'cron', strategy: 'recreate' },
      { ...SWITCHED, service: 'web' },
    ],
    ...{ before: [], after: [] },
    release: { recoveryPoint: 'never', keep: 3, switchImage: 'haproxy' },
  },
});
const TURNING = { by: 'anna@desk', at: '2026-11-21T03:00:00.000Z' };
const EARLIER = { message: 'soon', by: 'ben@desk', since: '2026-11-20T00:00:00.000Z' };
const on = (...only: readonly string[]) => ({ turn: 'on', only, message: 'upgrading' }) as const;
const off = (...only: readonly string[]) => ({ turn: 'off', only }) as const;
const api = { service: 'api', switched: true };
const web = { service: 'web', switched: true };

describe('the plan of a maintenance', () => {
  it('is about the services that have a switch by the stack file, or those that are named', () => {
    expect(maintainable(stack, [])).toEqual(['api', 'web']);
    expect(maintainable(stack, ['web', 'cron', 'other'])).toEqual(['web']);
    expect(maintainable(describeStack(), [])).toEqual([]);
  });

  it('says who, since when and why', () => {
    const maintenance = { message: 'upgrading', by: 'anna@desk', since: TURNING.at };
    expect(planMaintenance(stack, on(), [api, web], TURNING)).toMatchObject({
      turn: 'on',
      services: [
        { service: 'api', maintenance },
        { service: 'web', maintenance },
      ],
      steps: [{ id: 'maintain:api' }, { id: 'maintain:web' }, { id: 'record' }],
      notes: [],
    });
  });

  it('is refused where something else answers in the place of a switch, and its end is not', () => {
    const inTheWay = 'shop-web-1, made by plain Compose, has taken the place of the switch of web';
    const taken = { ...web, inTheWay, maintenance: EARLIER };
    expect(planMaintenance(stack, on(), [api, taken], TURNING)).toMatchObject({
      obstacle: `users would not get the page: ${inTheWay}`,
      advice: expect.stringContaining('`pawl deploy`') as string,
    });
    expect(planMaintenance(stack, off(), [api, taken], TURNING)).toMatchObject({
      notes: expect.arrayContaining([`Users do not get the page: ${inTheWay}.`]) as string[],
    });
  });

  it('keeps the beginning of a maintenance whose message it replaces', () => {
    const observed = [{ ...api, maintenance: EARLIER }];
    expect(planMaintenance(stack, on('api'), observed, TURNING)).toMatchObject({
      services: [{ maintenance: { message: 'upgrading', by: 'anna@desk', since: EARLIER.since } }],
      notes: [expect.stringContaining('by ben@desk: soon; the message is replaced')],
    });
  });

  it('ends what there is, and says where there is nothing', () => {
    const observed = [{ ...api, maintenance: EARLIER }, web];
    expect(planMaintenance(stack, off(), observed, TURNING)).toMatchObject({
      services: [{ service: 'api' }, { service: 'web' }],
      steps: [{ id: 'serve:api' }, { id: 'serve:web' }, { id: 'record' }],
      notes: [expect.stringContaining(EARLIER.since), 'web is not in maintenance.'],
    });
  });

  it('leaves out what has no switch yet, unless it is named or nothing has', () => {
    const unmade = { service: 'web', switched: false };
    expect(planMaintenance(stack, on(), [api, unmade], TURNING)).toMatchObject({
      services: [{ service: 'api' }],
      notes: ['web has no switch yet: it is left out.'],
    });
    const advice = '`pawl deploy` makes it.';
    for (const [options, observed] of [
      [on('web'), [unmade]],
      [on('api', 'web'), [api, unmade]],
      [on(), [unmade]],
    ] as const) {
      expect(planMaintenance(stack, options, observed, TURNING)).toMatchObject({ advice });
    }
  });

  it('is none for what the stack file gives no switch', () => {
    for (const [options, observed] of [
      [on('cron'), []],
      [on('api', 'other'), [api]],
      [on(), []],
    ] as const) {
      expect(planMaintenance(stack, options, observed, TURNING)).toMatchObject({
        obstacle: expect.stringContaining('behind a switch') as string,
      });
    }
  });
});
