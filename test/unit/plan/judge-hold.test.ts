import type { HeldStep, HoldAnswer } from '../../../workflows/model/hold';
import { chooseHeld, judgeHold } from '../../../workflows/run/people/judge-hold';

const GATE: HeldStep = {
  ...{ step: 'gate-after:1', title: 'gate after the release 1 of 1', failure: 'status 500' },
  ...{ since: '2026-01-01T00:00:00.000Z', ways: ['retry', 'skip', 'abort'] },
  values: { timeoutSeconds: 30 },
};
const START: HeldStep = { ...GATE, step: 'start:api', ways: ['retry', 'abort'], values: {} };

const judge = (answer: unknown, held: readonly HeldStep[] = [GATE]) =>
  judgeHold('melvin/4', held, answer)?.obstacle;

const retry: HoldAnswer = { by: 'anna', way: 'retry' };

it.each<[string, HoldAnswer, HeldStep[]]>([
  ['a retry', retry, [GATE]],
  ['a retry with a corrected value', { ...retry, values: { timeoutSeconds: 0.5 } }, [GATE]],
  ['a skip with a reason', { by: 'anna', way: 'skip', message: 'the scanner is down' }, [GATE]],
  ['an abort without one', { by: 'anna', way: 'abort' }, [GATE]],
  ['one of two steps, by its id', { ...retry, step: 'start:api' }, [GATE, START]],
])('takes %s', (_, answer, held) => {
  expect(judge(answer, held)).toBeUndefined();
});

it.each<[string, unknown, RegExp, HeldStep[]]>([
  ['when nothing is held', retry, /holds no step/, []],
  ['of two steps without a name', retry, /holds 2 steps/, [GATE, START]],
  ['of a step that is not held', { ...retry, step: 'pull:api' }, /does not hold pull:api/, [GATE]],
  [
    'a skip of what is needed',
    { by: 'a', way: 'skip', message: 'x' },
    /cannot be skipped/,
    [START],
  ],
  ['a skip without a reason', { by: 'anna', way: 'skip', message: ' ' }, /needs a reason/, [GATE]],
  ['a value that the step has not', { ...retry, values: { port: 1 } }, /has no value port/, [GATE]],
  [
    'a value that is no number',
    { ...retry, values: { timeoutSeconds: '9' } },
    /must be a number/,
    [GATE],
  ],
  ['a negative value', { ...retry, values: { timeoutSeconds: -1 } }, /must be a number/, [GATE]],
  [
    'values of an abort',
    { by: 'a', way: 'abort', values: { timeoutSeconds: 1 } },
    /takes no values/,
    [GATE],
  ],
  ['another way', { by: 'anna', way: 'ignore' }, /an answer is an object/, [GATE]],
  ['no object', 'retry', /an answer is an object/, [GATE]],
  ['a very long reason', { ...retry, message: 'x'.repeat(1001) }, /an answer is an object/, [GATE]],
])('refuses %s', (_, answer, message, held) => {
  expect(judge(answer, held)).toMatch(message);
});

it('finds the step that an answer is about', () => {
  expect(chooseHeld([GATE], {})).toBe(GATE);
  expect(chooseHeld([GATE, START], {})).toBeUndefined();
  expect(chooseHeld([GATE, START], { step: 'start:api' })).toBe(START);
});
