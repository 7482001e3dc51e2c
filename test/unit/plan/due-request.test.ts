import { SCHEDULABLE } from '../../../workflows/catalogue';
import { dueRequest } from '../../../workflows/schedule/due-request';
import { requests } from '../../../workflows/requests/request-schema';
import { describeStack } from '../../support/descriptions';

const STACK = describeStack({ onFailure: 'hold' });
const WHEN = { when: { everySeconds: 3600 }, jitterSeconds: 0 };

describe('what a schedule asks for', () => {
  it.each(SCHEDULABLE)('is a request of %s that holds for nobody', (runbook) => {
    const request = dueRequest(STACK, { runbook, ...WHEN });
    expect(request).toMatchObject({ runbook, trigger: 'schedule', hold: false });
    expect(requests.runRequest.safeParse(request)).toMatchObject({ success: true });
  });

  it('has the options of its entry', () => {
    expect(dueRequest(STACK, { runbook: 'backup', ...WHEN, only: ['accounts'] })).toMatchObject({
      options: { only: ['accounts'], initialise: false },
    });
    expect(dueRequest(STACK, { runbook: 'drill', ...WHEN, point: 'random' })).toMatchObject({
      options: { point: { choice: 'random' }, only: [] },
    });
  });

  it('is nothing of a runbook that no schedule starts', () => {
    expect(dueRequest(STACK, { runbook: 'restore', ...WHEN })).toBeUndefined();
  });
});
