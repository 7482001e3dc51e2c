import { readyWithin } from '../../activities/containers/ready-within';
import type { Compose } from '../../activities/ports/compose';
import type { HostPorts } from '../../activities/ports/host-ports';
import type { ServiceContainer } from '../../activities/ports/service-containers';
import { startService, type StartServiceInput } from '../../activities/containers/start-service';
import { quietEnvironment, STACK } from './ports-in-memory';

const container = (change: Partial<ServiceContainer>): ServiceContainer => ({
  ...{ id: 'c1', name: 'c1', state: 'running', imageId: 'sha256:1', addresses: ['10.0.0.1'] },
  exposed: [],
  ...{ labels: { 'pawl.release': '2' }, restarts: 0, exitCode: 0 },
  ...{ startedAt: '2026-11-28T00:00:00.000Z', ...change },
});

function start(
  input: Partial<StartServiceInput>,
  found: Readonly<Record<string, readonly ServiceContainer[]>>,
) {
  const started: (readonly string[])[] = [];
  const compose: Pick<Compose, 'up'> = {
    up: ({ services }) => {
      started.push(services);
      return Promise.resolve();
    },
  };
  const ports = {
    secrets: { redact: (text: string) => text },
    release: {
      services: {
        containers: (_site: object, _project: string, service: string) =>
          Promise.resolve(found[service] ?? []),
        lastLines: () => Promise.resolve(''),
      },
      compose,
      releases: {
        file: () => Promise.resolve('/releases/2/compose.yaml'),
        readModel: () => Promise.resolve('{}'),
      },
    },
  } as unknown as HostPorts;
  const asked = { stack: STACK, project: 'melvin', release: 2, service: 'worker', ...input };
  const done = quietEnvironment(10_000).run(() => startService(ports)(asked));
  return { done, started };
}

it('waits as long as is said, or as a health check may need', () => {
  expect(readyWithin({}, [{}])).toBe(60);
  expect(readyWithin({}, [{ verdictSeconds: 320 }, {}])).toBe(330);
  expect(readyWithin({ timeoutSeconds: 5 }, [{ verdictSeconds: 320 }])).toBe(5);
  expect(readyWithin({ ready: { timeoutSeconds: 7 } }, [{ verdictSeconds: 320 }])).toBe(7);
});

describe('an undo', () => {
  it('takes a service back that was not healthy before, and no other', async () => {
    const sick = { worker: [container({ health: 'unhealthy' })] };
    await expect(start({ asBefore: 'not-ready' }, sick).done).resolves.toMatchObject({
      containers: 1,
    });
    await expect(start({ timeoutSeconds: 1 }, sick).done).rejects.toThrow('c1 is unhealthy');
  });

  it('takes a service back that did not even run', async () => {
    const looping = { worker: [container({ state: 'restarting' })] };
    await expect(start({ asBefore: 'not-running' }, looping).done).resolves.toBeDefined();
    await expect(start({ asBefore: 'not-ready', timeoutSeconds: 1 }, looping).done).rejects.toThrow(
      '0 of 1 containers run',
    );
  });
});

it('starts what shares with a service together with it, and waits until that runs too', async () => {
  const worker = [container({ health: 'healthy' })];
  const tied = { state: 'exited', name: 'tied-1' };
  const followers = ['tied'];
  const good = start({ followers }, { worker, tied: [container({})] });
  await good.done;
  expect(good.started).toEqual([['worker', 'tied']]);
  await expect(
    start({ followers, timeoutSeconds: 1 }, { worker, tied: [container(tied)] }).done,
  ).rejects.toThrow('tied-1, which shares with it, is exited');
});
