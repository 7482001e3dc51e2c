import { examineHost } from '../../activities/run/examine-host';
import type { HostPorts } from '../../activities/ports/host-ports';
import { AdapterError } from '../../activities/ports/adapter-error';
import type { Deployment } from '../../workflows/model/deployment';
import { HandHost, type HandTyped } from './hand-host';
import { attempt, STACK } from './ports-in-memory';

const WEB: Deployment = { service: 'web', strategy: 'recreate' };

/** What is found of `deploy`, in a Compose project with these services. */
async function found(services: object, stack = STACK, typed: HandTyped = 'restart') {
  const host = new HandHost();
  host.type(typed);
  const { release } = host.ports;
  const openRepository = () => ({
    probe: () => Promise.reject(new AdapterError('CommandFailed', 'no restic')),
  });
  const compose = {
    model: () => Promise.resolve({ name: 'shop', services }),
    locate: () => Promise.resolve('compose.yaml:1:1'),
    facts: () => Promise.resolve({ project: 'shop', services: [] }),
  };
  const ports = { ...host.ports, openRepository, release: { ...release, compose } };
  return attempt(() =>
    examineHost(ports as unknown as HostPorts)({ stack: { ...stack, protect: [] } }),
  );
}

const RELEASING = {
  ...STACK,
  deploy: {
    ...{ services: [WEB], before: [], after: [] },
    release: { recoveryPoint: 'never' as const, keep: 3, switchImage: 'haproxy' },
  },
};

it('looks for each service of `deploy` in the Compose project', async () => {
  expect(await found({ web: { image: 'web:1' } }, RELEASING)).toContainEqual(
    expect.objectContaining({ id: 'compose', severity: 'ok' }),
  );
  const missing = (await found({ other: {} }, RELEASING)).find(({ id }) => id === 'compose');
  expect(missing).toMatchObject({ severity: 'problem' });
  expect(missing?.fact).toContain('services.web');
});

it('tells what is not as the current release has it', async () => {
  expect(await found({ web: {} }, RELEASING, 'rm -sf web')).toContainEqual(
    expect.objectContaining({ id: 'deploy.web', severity: 'problem' }),
  );
});

it('asks nothing of Compose where nothing is released', async () => {
  expect((await found({})).map(({ id }) => id)).toEqual(['repository']);
});
