import type { HostPorts } from '../../activities/ports/host-ports';
import type { ServiceContainer } from '../../activities/ports/service-containers';
import type { Site } from '../../activities/ports/site';
import { retireServers } from '../../activities/traffic/retire-servers';
import { furtherPorts, notUp, trafficOf } from '../../activities/traffic/slot-servers';
import type { SwitchDeployment } from '../../workflows/model/deployment';
import type { SlotCounters, Traffic } from '../../workflows/model/traffic';
import { quietEnvironment, STACK } from './ports-in-memory';

const DEPLOYMENT: SwitchDeployment = {
  ...{ service: 'api', strategy: 'rolling', port: 8000 },
  ready: { http: '/', consecutive: 1, timeoutSeconds: 1 },
  ...{ drainSeconds: 60, keepOldSeconds: 0, watchSeconds: 0 },
};
const PLACE = { project: 'melvin', deployment: DEPLOYMENT, replicas: 3 };

/** The `number`th of its service; at 10.0.0.`number` while it runs. */
const container = (number: number, state = 'running'): ServiceContainer => ({
  ...{ id: `c${number}`, name: `c${number}`, state, imageId: 'sha256:1', labels: {} },
  addresses: state === 'running' ? [`10.0.0.${number}`] : [],
  exposed: ['8000/tcp'],
  ...{ restarts: 0, exitCode: 0, startedAt: '2026-11-28T00:00:00.000Z' },
});

const SWITCH: ServiceContainer = {
  ...container(0),
  labels: { 'pawl.role': 'switch', 'pawl.stack': STACK.name },
};

const part = (...numbers: readonly number[]) => ({
  weight: 100,
  addresses: numbers.map((number) => `10.0.0.${number}`),
});

const counters = (
  ...servers: readonly (readonly [number: number, up: boolean, inFlight: number])[]
): SlotCounters => ({
  servers: servers.map(([number, up, inFlight]) => ({
    ...{ address: `10.0.0.${number}`, up, down: !up, inFlight },
  })),
  ...{ up: 0, weight: 0, responses: 0, errors: 0, connectionErrors: 0, responseMilliseconds: 0 },
  inFlight: servers.reduce((sum, [, , inFlight]) => sum + inFlight, 0),
});

describe('the containers that stay in a slot', () => {
  let blue: ServiceContainer[];
  let traffic: Traffic;
  let did: string[];
  let inFlight: (readonly [number, boolean, number])[][];

  beforeEach(() => {
    blue = [container(1), container(2), container(3)];
    traffic = { blue: part(1, 2), green: part(9) };
    did = [];
    inFlight = [[]];
  });

  function retire(keep: number): Promise<unknown> {
    const ports = {
      secrets: { redact: (text: string) => text },
      release: {
        services: {
          containers: (_site: Site, _project: string, service: string) =>
            Promise.resolve(service === 'api-blue' ? blue : service === 'api' ? [SWITCH] : []),
          stop: () => Promise.resolve(),
          log: (id: string) => Promise.resolve(`2026-11-29T00:00:00Z said by ${id}`),
          retire: (id: string) => {
            blue = blue.filter((one) => one.id !== id);
            did.push(`retire ${id}`);
            return Promise.resolve();
          },
        },
        releases: { list: () => Promise.resolve({ releases: [], next: 1 }) },
        logs: { keep: () => Promise.resolve() },
        switches: {
          desired: () => Promise.resolve({ settings: {}, traffic }),
          write: (_key: object, _settings: object, written: Traffic) => {
            traffic = written;
            return Promise.resolve();
          },
          apply: () => {
            did.push(`apply ${typeof traffic.blue === 'string' ? traffic.blue : 'part'}`);
            return Promise.resolve();
          },
          counters: () => {
            const [now = []] = inFlight.length > 1 ? inFlight.splice(0, 1) : inFlight;
            did.push('look');
            return Promise.resolve({ blue: counters(...now), green: counters() });
          },
        },
      },
    } as unknown as HostPorts;
    const input = { stack: STACK, ...PLACE, slot: 'blue' as const, keep };
    return quietEnvironment(10_000).run(() => retireServers(ports)(input));
  }

  it('are those that get requests; the others go when nothing is in flight in them', async () => {
    traffic = { ...traffic, blue: part(2, 3) };
    inFlight = [
      [
        [1, true, 1],
        [2, true, 5],
      ],
      [[2, true, 5]],
    ];
    expect(await retire(2)).toMatchObject({ left: 0 });
    expect(did).toEqual(['apply part', 'look', 'look', 'retire c1']);
    expect(await retire(2)).toEqual({ left: 0, seconds: 0 });
    expect(did.slice(4)).toEqual([]);
  });

  it('are some that get none where too few do, and never those that have ended', async () => {
    blue = [container(1, 'exited'), container(2), container(3), container(4)];
    traffic = { ...traffic, blue: part(3) };
    await retire(2);
    expect(blue.map(({ id }) => id)).toEqual(['c2', 'c3']);
  });

  it('are all left alone when more of them get requests', async () => {
    await expect(retire(1)).rejects.toMatchObject({ type: 'VerificationFailed' });
    traffic = { ...traffic, blue: { weight: 100 } };
    await expect(retire(2)).rejects.toMatchObject({ type: 'VerificationFailed' });
    expect(did).toEqual([]);
  });

  it('are none in the end: the slot is off before the last one goes, by a second attempt too', async () => {
    traffic = { blue: 'drain', green: { weight: 100 } };
    await retire(0);
    const last = ['apply off', 'retire c1', 'retire c2', 'retire c3'];
    expect(did).toEqual(['apply drain', 'look', ...last]);
    did = [];
    await retire(0);
    expect(did).toEqual(['apply off']);
  });
});

describe('the servers that are to get requests', () => {
  const site = {} as Site;
  const found = [container(1, 'restarting'), container(2), container(3)];
  const services = { containers: () => Promise.resolve(found) } as never;
  const shares = (servers: number) => ({ blue: { weight: 100, servers }, green: 'off' as const });

  it('are the first of those that run, or too few', async () => {
    const asked = (servers: number) =>
      trafficOf(services, site, { ...PLACE, shares: shares(servers) });
    expect(await asked(1)).toEqual({ blue: part(2), green: 'off' });
    expect(await asked(2)).toEqual({ blue: part(2, 3), green: 'off' });
    expect(await asked(3)).toBe('api-blue: 2 of 3 containers run');
  });

  it('are up when so many are at their addresses, whatever the others are', async () => {
    const traffic: Traffic = { blue: part(2), green: 'off' };
    const ask = (blue: SlotCounters) =>
      notUp(services, site, { ...PLACE, shares: shares(1) }, traffic, { blue, green: counters() });
    expect(await ask(counters([3, true, 0], [2, false, 0]))).toMatch(/^api-blue: 0 of 1 servers/);
    expect(await ask(counters([7, false, 0], [2, true, 0]))).toBeUndefined();
  });
});

describe('the further ports of a service', () => {
  const portsOf = (blue: readonly string[], green: readonly string[], state = 'running') =>
    furtherPorts(
      {
        containers: (_site: unknown, _project: string, service: string) =>
          Promise.resolve([
            service === 'api-blue'
              ? { ...container(1), exposed: blue }
              : { ...container(2, state), exposed: green },
          ]),
      } as unknown as HostPorts['release']['services'],
      {} as Site,
      PLACE,
    );

  it('are what the containers of both slots expose beside the released one, over TCP', async () => {
    const exposed = [
      ['9090/tcp', '8000/tcp', '22/tcp'],
      ['8125/udp', '9091/tcp', '22/tcp'],
    ] as const;
    expect(await portsOf(...exposed)).toEqual([22, 9090, 9091]);
    expect(await portsOf(...exposed, 'exited')).toEqual([22, 9090]);
    expect(await portsOf([], ['8000/tcp'])).toEqual([]);
  });

  it('are refused where they are more than a switch carries', async () => {
    const many = Array.from({ length: 65 }, (_, index) => `${9000 + index}/tcp`);
    expect(await portsOf(many.slice(1), [])).toHaveLength(64);
    await expect(portsOf(many, [])).rejects.toMatchObject({ kind: 'PreconditionFailed' });
  });
});
