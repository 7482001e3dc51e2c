import type { RunView, StepView } from '../../../client/follow/run-view';

export const START = '2026-11-21T03:00:00.000Z';
export const NOW = Date.parse('2026-11-21T03:01:12.000Z');

export function step(change: Partial<StepView> = {}): StepView {
  return { id: 'back-up:accounts', title: 'back up accounts', state: 'waiting', ...change };
}

/** A backup of three parts in full swing. */
export function view(change: Partial<RunView> = {}): RunView {
  return {
    run: 'melvin/42',
    runbook: 'backup',
    status: 'running',
    behind: [],
    phase: 'apply',
    startedAt: START,
    steps: [
      step({
        id: 'observe-repository',
        title: 'look at the repository',
        state: 'done',
        startedAt: START,
        endedAt: '2026-11-21T03:00:01.500Z',
      }),
      step({
        state: 'running',
        startedAt: '2026-11-21T03:00:02.000Z',
        bytes: 412e6,
        expectedBytes: 1.2e9,
        bytesPerSecond: 57.3e6,
        attempt: 2,
        lastFailure: 'ServiceUnavailable: connection to server was lost',
      }),
      step({
        id: 'back-up:uploads',
        title: 'back up uploads',
        state: 'done',
        bytes: 86_200_000,
        detail: '1,912 files',
        startedAt: '2026-11-21T03:00:02.000Z',
        endedAt: '2026-11-21T03:00:14.000Z',
      }),
      step({ id: 'manifest', title: 'store the manifest' }),
    ],
    ...change,
  };
}
