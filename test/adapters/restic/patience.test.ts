import { createPatience } from '../../../activities/adapters/restic/patience';

let signs: number;
let milliseconds: number;
const patience = () => createPatience(() => (signs += 1));
beforeEach(() => {
  signs = 0;
  milliseconds = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => milliseconds);
});
afterEach(() => jest.restoreAllMocks());

test('takes a sign of life of restic for progress while restic is waited for', async () => {
  const { during, signOfLife } = patience();
  const waiting = during(new Promise((resolve) => setImmediate(resolve)));
  signOfLife();
  await waiting;
  expect(signs).toBe(1);
});

test('takes it for nothing while the source is waited for', async () => {
  const { during, signOfLife } = patience();
  await during(Promise.resolve());
  signOfLife();
  expect(signs).toBe(0);
});

test('is at its end after ten minutes', async () => {
  const { during, signOfLife } = patience();
  const waiting = during(new Promise((resolve) => setImmediate(resolve)));
  milliseconds = 599_000;
  signOfLife();
  milliseconds = 601_000;
  signOfLife();
  await waiting;
  expect(signs).toBe(1);
});
