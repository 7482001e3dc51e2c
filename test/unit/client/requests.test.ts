import { parseDuration, parseTime } from '../../../client/runs/parse-time';
import { backupRequest } from '../../../client/runbooks/backup/request';
import { deployRequest } from '../../../client/runbooks/deploy/request';
import { forgetRequest } from '../../../client/runbooks/forget/request';
import { maintenanceRequest } from '../../../client/runbooks/maintenance/request';
import { restoreRequest } from '../../../client/runbooks/restore/request';
import { rollbackRequest } from '../../../client/runbooks/rollback/request';
import { readRelease } from '../../../client/runs/request';
import { resolveRun } from '../../../client/stack';
import { describeStack } from '../../support/descriptions';
import { ofThisProcess } from '../../../client/surroundings';

const USAGE_ERROR = expect.objectContaining({ exitCode: 2 }) as Error;
const SENDER = { requestedBy: 'anna@desk', pawlVersion: '1.2.3' };
const stack = describeStack();

describe('requests', () => {
  it('ask for everything from the newest point when nothing is named', () => {
    expect(restoreRequest(stack, [], {}, SENDER)).toEqual({
      format: 1,
      runbook: 'restore',
      options: { point: { newest: true }, only: [] },
      stack,
      trigger: 'cli',
      ...SENDER,
    });
  });

  it('leave out what is named, each once', () => {
    const { options } = restoreRequest(stack, [], { leaveOut: ['a.b', 'c', 'a.b'] }, SENDER);
    expect(options).toMatchObject({ leaveOut: ['a.b', 'c'] });
  });

  it('take a part of a whole server by its entry', () => {
    const { options } = backupRequest(stack, ['accounts/other'], { init: true }, SENDER);
    expect(options).toEqual({ only: ['accounts/other'], initialise: true });
  });

  it.each([
    ['an unknown part', () => backupRequest(stack, ['acounts'], {}, SENDER)],
    ['--into without a part', () => restoreRequest(stack, [], { into: 'x' }, SENDER)],
    ['--into without a name', () => restoreRequest(stack, ['accounts'], { into: '' }, SENDER)],
    [
      '--into with two',
      () => restoreRequest(stack, ['accounts', 'accounts/b'], { into: 'x' }, SENDER),
    ],
    [
      '--point with --at',
      () => restoreRequest(stack, [], { point: 'a', at: '2026-01-01' }, SENDER),
    ],
    ['nothing to leave out', () => restoreRequest(stack, [], { leaveOut: ['a', ' '] }, SENDER)],
    ['a bad time', () => restoreRequest(stack, [], { at: 'yesterday' }, SENDER)],
  ])('refuse %s as a usage error', (_, build) => {
    expect(build).toThrow(USAGE_ERROR);
  });
});

describe('requests for a release', () => {
  const services = [
    { service: 'api', strategy: 'recreate' as const },
    { service: 'worker', strategy: 'recreate' as const },
  ];
  const policy = { recoveryPoint: 'never' as const, keep: 5, switchImage: 'haproxy:3.0' };
  const deploy = { services, before: [], after: [], release: policy };
  const releasing = describeStack({ deploy });

  it('take an image for each service, whatever stands in its reference', () => {
    const image = ['api=host:5000/api:v2', 'worker=w@sha256:ab=cd'];
    const { options } = deployRequest(releasing, { image }, SENDER);
    expect(options).toEqual({
      images: { api: 'host:5000/api:v2', worker: 'w@sha256:ab=cd' },
    });
    expect(deployRequest(releasing, {}, SENDER)).toMatchObject({ options: { images: {} } });
  });

  it('build what the Compose file says, and push it when that is wanted too', () => {
    const built = deployRequest(releasing, { build: true }, SENDER);
    expect(built.options).toEqual({ images: {}, build: { push: false } });
    const pushed = deployRequest(releasing, { build: true, push: true }, SENDER);
    expect(pushed.options).toEqual({ images: {}, build: { push: true } });
  });

  it('go back to the replaced release when none is named', () => {
    expect(rollbackRequest(releasing, {}, SENDER).options).toEqual({});
    const chosen = { to: '3', schema: 'down' };
    expect(rollbackRequest(releasing, chosen, SENDER).options).toEqual({ to: 3, schema: 'down' });
    const without = { schema: 'restore', leaveOut: ['public.totals'] };
    const confirmation = releasing.name;
    expect(rollbackRequest(releasing, without, SENDER).options).toEqual({
      ...without,
      confirmation,
    });
  });

  it.each([
    ['an image without a service', () => deployRequest(releasing, { image: ['api'] }, SENDER)],
    ['an image without a name', () => deployRequest(releasing, { image: ['api='] }, SENDER)],
    ['an option as an image', () => deployRequest(releasing, { image: ['api=--x'] }, SENDER)],
    ['an unknown service', () => deployRequest(releasing, { image: ['ap=x'] }, SENDER)],
    ['two images for one', () => deployRequest(releasing, { image: ['api=x', 'api=y'] }, SENDER)],
    ['a push of what is not built', () => deployRequest(releasing, { push: true }, SENDER)],
    ['a stack that releases nothing', () => deployRequest(stack, {}, SENDER)],
    ['a way back of such a stack', () => rollbackRequest(stack, {}, SENDER)],
    ['what such a stack could give back', () => forgetRequest(stack, {}, SENDER)],
    ['a way that there is not', () => rollbackRequest(releasing, { schema: 'up' }, SENDER)],
    [
      'what is left out of nothing',
      () => rollbackRequest(releasing, { schema: 'keep', leaveOut: ['public.totals'] }, SENDER),
    ],
    ['release 0', () => readRelease('0')],
    ['a release by its run', () => rollbackRequest(releasing, { to: 'melvin/3' }, SENDER)],
  ])('refuse %s as a usage error', (_, build) => {
    expect(build).toThrow(USAGE_ERROR);
  });
});

describe('requests for a maintenance', () => {
  const api = {
    ...{ service: 'api', strategy: 'switch' as const, port: 8000 },
    ...{ drainSeconds: 1, keepOldSeconds: 1, watchSeconds: 0 },
    ready: { http: '/', consecutive: 1, timeoutSeconds: 1 },
  };
  const cron = { service: 'cron', strategy: 'recreate' as const };
  const release = { recoveryPoint: 'never' as const, keep: 5, switchImage: 'haproxy:3.0' };
  const rest = { before: [], after: [], release };
  const switched = describeStack({ deploy: { services: [api, cron], ...rest } });
  const recreated = describeStack({ deploy: { services: [cron], ...rest } });
  const message = 'back soon';

  it('take the message as it is, and each service once', () => {
    const { options } = maintenanceRequest(switched, 'on', ['api', 'api'], { message }, SENDER);
    expect(options).toEqual({ turn: 'on', only: ['api'], message });
    expect(maintenanceRequest(switched, 'off', [], {}, SENDER).options).toEqual({
      ...{ turn: 'off', only: [] },
    });
  });

  it.each([
    ['no message', () => maintenanceRequest(switched, 'on', [], {}, SENDER)],
    ['an empty one', () => maintenanceRequest(switched, 'on', [], { message: ' \n' }, SENDER)],
    [
      'a long one',
      () => maintenanceRequest(switched, 'on', [], { message: 'ü'.repeat(251) }, SENDER),
    ],
    ['an unknown service', () => maintenanceRequest(switched, 'off', ['web'], {}, SENDER)],
    ['a service without a switch', () => maintenanceRequest(switched, 'off', ['cron'], {}, SENDER)],
    ['a stack without one', () => maintenanceRequest(recreated, 'off', [], {}, SENDER)],
    ['a stack that releases nothing', () => maintenanceRequest(stack, 'off', [], {}, SENDER)],
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
    await expect(resolveRun('melvin/42', ofThisProcess())).resolves.toEqual(name);
  });

  it.each(['', 'melvin', 'melvin/x', '/42', 'a/b/42', '-1'])('"%s" is none', async (text) => {
    await expect(resolveRun(text, ofThisProcess())).rejects.toMatchObject({ exitCode: 2 });
  });
});
