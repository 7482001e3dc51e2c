import type { StepProgress } from '../../workflows/model/run';
import { jsonBytes, tellingFirst, withinBytes } from '../../workflows/run/telling-steps';

const STATES = ['done', 'failed', 'done', 'running', 'waiting', 'undone', 'waiting'] as const;
const STEPS: readonly StepProgress[] = STATES.map((state, at) => ({
  id: String(at),
  title: 'naïve 🙂',
  state,
}));
const ids = (steps: readonly StepProgress[]): string => steps.map(({ id }) => id).join('');

describe('the steps that are told when not all can be', () => {
  it('are what failed, what runs, what ended last, and what comes next', () => {
    expect(ids(tellingFirst(STEPS))).toBe('1352046');
  });

  it('keep the order of the run, and are as many as have room', () => {
    const one = jsonBytes(STEPS[0]);
    expect(ids(withinBytes(STEPS, one * 100))).toBe('0123456');
    const four = withinBytes(STEPS, 4 * (one + 4));
    expect(ids(four)).toBe('1235');
    expect(withinBytes(STEPS, 0)).toEqual([]);
  });

  it('are measured as no less than they are', () => {
    for (const step of STEPS) {
      expect(jsonBytes(step)).toBeGreaterThanOrEqual(Buffer.byteLength(JSON.stringify(step)));
    }
  });
});
