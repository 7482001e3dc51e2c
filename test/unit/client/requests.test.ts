import { parseDuration, parseTime } from '../../../client/runs/parse-time';
import { backupRequest, restoreRequest } from '../../../client/runs/requests';
import { resolveRun } from '../../../client/stack';
import { describeStack } from '../../support/descriptions';

const USAGE_ERROR = expect.objectContaining({ exitCode: 2 }) as Error;
const SENDER = { requestedBy: 'anna@desk', pawlVersion: '1.2.3' };
const stack = describeStack();

describe('requests', () => {
  it('ask for everything from the newest point when nothing is named', () => {
    expect(restoreRequest(stack, [], {}, SENDER)).toEqual({
      runbook: 'restore',
      options: { point: { newest: true }, only: [] },
      stack,
      trigger: 'cli',
      ...SENDER,
    });
  });

  it('take a part of a whole server by its entry', () => {
    const { options } = backupRequest(stack, ['accounts/other'], { init: true }, SENDER);
    expect(options).toEqual({ only: ['accounts/other'], initialise: true });
  });

  it.each([
    ['an unknown part', () => backupRequest(stack, ['acounts'], {}, SENDER)],
    ['--into without a part', () => restoreRequest(stack, [], { into: 'x' }, SENDER)],
    [
      '--into with two',
      () => restoreRequest(stack, ['accounts', 'accounts/b'], { into: 'x' }, SENDER),
    ],
    [
      '--point with --at',
      () => restoreRequest(stack, [], { point: 'a', at: '2026-01-01' }, SENDER),
    ],
    ['a bad time', () => restoreRequest(stack, [], { at: 'yesterday' }, SENDER)],
  ])('refuse %s as a usage error', (_, build) => {
    expect(build).toThrow(USAGE_ERROR);
  });
});

describe('times', () => {
  it('with a zone are that instant', () => {
    expect(parseTime('2026-11-21T03:00:05+01:00')).toBe('2026-11-21T02:00:05.000Z');
    expect(parseTime('2026-11-21 03:00 Z')).toBe('2026-11-21T03:00:00.000Z');
    expect(parseTime('2026-11-21T03:00+0530')).toBe('2026-11-20T21:30:00.000Z');
  });

  it('without one are local', () => {
    expect(parseTime('2026-11-21 03:00')).toBe(new Date(2026, 10, 21, 3).toISOString());
    expect(parseTime('2026-11-21')).toBe(new Date(2026, 10, 21).toISOString());
  });

  it.each(['', 'now', '2026-02-30', '2026-13-01', '2026-11-21 25:00', '21.11.2026', '2026-00-10'])(
    'such as "%s" are refused',
    (text) => {
      expect(() => parseTime(text)).toThrow(USAGE_ERROR);
    },
  );
});

describe('durations', () => {
  it.each([
    ['90', 90],
    ['90s', 90],
    ['30m', 1800],
    ['1.5h', 5400],
    ['2d', 172_800],
  ])('%s is %i seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each(['', 'x', '-1s', '1w', '1 2'])('"%s" is none', (text) => {
    expect(() => parseDuration(text)).toThrow(USAGE_ERROR);
  });
});

describe('the name of a run', () => {
  it('is taken whole without a stack file', async () => {
    const name = { run: 'melvin/42', stack: 'melvin', number: 42 };
    await expect(resolveRun('melvin/42', {})).resolves.toEqual(name);
  });

  it.each(['', 'melvin', 'melvin/x', '/42', 'a/b/42', '-1'])('"%s" is none', async (text) => {
    await expect(resolveRun(text, {})).rejects.toMatchObject({ exitCode: 2 });
  });
});
