import { renderOutcome } from '../../../client/render/outcome';
import { renderPlan } from '../../../client/render/plan';
import type { MaintenancePlan } from '../../../workflows/model/plans';

const maintenance = {
  message: 'back\nat \u001b[31m14:00',
  by: 'anna@desk',
  since: '2026-11-21T03:00:00.000Z',
};
const PLAN: MaintenancePlan = {
  ...{ runbook: 'maintenance', stack: 'melvin', hash: 'ab'.repeat(32), turn: 'on' },
  services: [
    { service: 'api', maintenance },
    { service: 'web', maintenance },
  ],
  steps: [{ id: 'maintain:api', title: 'answer every request to api with 503' }],
  notes: ['web is in maintenance since …: \u001b[31m'],
};

describe('a maintenance', () => {
  it('is planned with its services and its message, which steers no terminal', () => {
    const text = renderPlan(PLAN);
    expect(text).toContain('Into maintenance: api, web.');
    expect(text).toMatch(/The page says: back.at .*14:00/);
    expect(text).not.toContain('\u001b');
    const off = renderPlan({ ...PLAN, turn: 'off', services: [{ service: 'api' }] });
    expect(off).toContain('Out of maintenance: api.');
  });

  it('ends with what is so now, what will be so, and the way back', () => {
    const ended = { state: 'done', runbook: 'maintenance', run: 'melvin/7' } as const;
    const text = renderOutcome({
      ...{ ...ended, turn: 'on' },
      services: [
        { service: 'api', maintenance, switchRuns: true },
        { service: 'web', maintenance, switchRuns: false },
      ],
    });
    expect(text.split('\n')).toEqual([
      'api: in maintenance. Every request is answered with 503 and the message.',
      'web: the switch does not run; in maintenance when it starts.',
      '`pawl maintenance off api web` ends it.',
    ]);
    const services = [{ service: 'api', switchRuns: true }];
    expect(renderOutcome({ ...ended, turn: 'off', services })).toBe(
      'api: out of maintenance, requests are served again.',
    );
  });
});
