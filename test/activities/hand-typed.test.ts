import { coolSlot } from '../../activities/traffic/cool-slot';
import { drainSlot } from '../../activities/traffic/drain-slot';
import { readTraffic } from '../../activities/traffic/read-traffic';
import { recordRelease } from '../../activities/release/record-release';
import { removeService } from '../../activities/containers/remove-service';
import { steerTraffic } from '../../activities/traffic/steer-traffic';
import { watchTraffic } from '../../activities/traffic/watch-traffic';
import type { SwitchDeployment } from '../../workflows/model/deployment';
import type { SlotCounters } from '../../workflows/model/traffic';
import { HAND_TYPED, HandHost, releaseOf, type HandTyped } from './hand-host';
import { attempt, STACK } from './ports-in-memory';

const DEPLOYMENT: SwitchDeployment = {
  ...{ service: 'web', strategy: 'switch', port: 8080 },
  ready: { http: '/', consecutive: 1, timeoutSeconds: 5 },
  ...{ drainSeconds: 1, keepOldSeconds: 0, watchSeconds: 0 },
};
const PLACE = { stack: STACK, project: 'shop', deployment: DEPLOYMENT };
const COMMANDS = Object.keys(HAND_TYPED) as HandTyped[];
const NONE: SlotCounters = {
  ...{ up: 1, servers: [], weight: 0, inFlight: 0, responses: 0, errors: 0, connectionErrors: 0 },
  responseMilliseconds: 0,
};

const ALL = { weight: 100 };
const steer = (host: HandHost, back: boolean) =>
  attempt(() =>
    steerTraffic(host.ports)({
      ...{ ...PLACE, replicas: 1, release: back ? 1 : 2, releases: { blue: 1, green: 2 } },
      traffic: back ? { blue: ALL, green: 'off' } : { blue: 'drain', green: ALL },
    }),
  );

/** The steps of a release in the order in which they come, once the new slot runs. */
const STEPS = {
  shift: (host: HandHost) => steer(host, false),
  judge: (host: HandHost) => {
    const policy = { maxErrorRate: 1, maxSlowdown: 2, minRequests: 1 };
    const before = { blue: NONE, green: NONE };
    const watched = { ...PLACE, slot: 'green' as const, before, seconds: 0, policy };
    return attempt(() => watchTraffic(host.ports)(watched));
  },
  drain: (host: HandHost) => attempt(() => drainSlot(host.ports)({ ...PLACE, slot: 'blue' })),
  watch: (host: HandHost) => attempt(() => readTraffic(host.ports)(PLACE)),
  record: (host: HandHost) =>
    attempt(() => recordRelease(host.ports)({ ...PLACE, release: releaseOf(2) })),
} as const;
type Step = keyof typeof STEPS;

interface Row {
  readonly command: HandTyped;
  readonly step: Step;
  /** What the step came to: its failure's type, or that it went on. */
  readonly came: string;
  readonly message: string;
  readonly servesThen: readonly (number | 'plain')[];
  /** After the way back, where the step has failed. */
  readonly servesInTheEnd: readonly (number | 'plain')[];
  readonly tookFrom?: string;
}

async function meet(command: HandTyped, step: Step): Promise<Row> {
  const host = new HandHost();
  host.type(command);
  const failure: unknown = await STEPS[step](host).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const servesThen = host.serves;
  const told = { command, step, servesThen };
  if (failure === undefined) {
    return { ...told, came: 'goes on', message: '', servesInTheEnd: host.serves };
  }
  const { tookFrom } = await steer(host, true);
  const { type, message } = failure as { readonly type?: string; readonly message: string };
  const came = type ?? 'no failure of pawl';
  return { ...told, came, message, servesInTheEnd: host.serves, ...(tookFrom && { tookFrom }) };
}

/** All at once: each waits some seconds for a switch that might come back. */
const TAKES_THE_PLACE: readonly HandTyped[] = [
  ...(['up -d', 'up -d other', 'run other', 'up -d --remove-orphans'] as const),
];
const REMOVES_SLOTS: readonly HandTyped[] = ['up -d --remove-orphans', 'down --remove-orphans'];

describe('a command of Compose typed in the middle of a release', () => {
  let rows: readonly Row[];
  beforeAll(async () => {
    const steps = Object.keys(STEPS) as Step[];
    const all = COMMANDS.flatMap((command) => steps.map((step) => meet(command, step)));
    rows = await Promise.all(all);
  }, 60_000);

  it('never leaves the run without an end, nor users with something that is no release', () => {
    expect(rows).toHaveLength(COMMANDS.length * Object.keys(STEPS).length);
    for (const { command, step, came, servesInTheEnd } of rows) {
      const serves = came === 'goes on' ? [2] : [1];
      expect([command, step, servesInTheEnd]).toEqual([command, step, serves]);
      expect(['goes on', 'VerificationFailed']).toContain(came);
    }
  });

  it('is overcome by the next share: the switch takes its place back', () => {
    const shifts = rows.filter(({ step }) => step === 'shift');
    expect(shifts.map(({ came }) => came)).toEqual(COMMANDS.map(() => 'goes on'));
    expect(shifts.map(({ servesThen }) => servesThen)).toEqual(COMMANDS.map(() => [2]));
  });

  it('ends every step that looks at the switch, which is undone then: the old release serves', () => {
    for (const { command, step, came, message, tookFrom } of rows) {
      if (step === 'shift' || command === 'restart') continue;
      expect([command, step, came]).toEqual([command, step, 'VerificationFailed']);
      if (TAKES_THE_PLACE.includes(command)) {
        expect(message).toContain('made by plain Compose');
        expect(tookFrom).toBe('compose');
      }
    }
    const restarted = rows.filter(({ command }) => command === 'restart');
    expect(restarted.map(({ came }) => came)).toEqual(Object.keys(STEPS).map(() => 'goes on'));
  });
});

it('leaves users with what plain Compose runs until the slot that was removed is there again', async () => {
  for (const command of REMOVES_SLOTS) {
    const host = new HandHost();
    host.type(command);
    const before = host.serves;
    const { tookFrom } = await steer(host, true);
    expect([before, tookFrom]).toEqual(
      command.startsWith('up') ? [['plain'], 'compose'] : [[], 'nothing'],
    );
    expect(host.serves).toEqual([1]);
  }
});

describe('what was kept warm', () => {
  const cool = (host: HandHost) =>
    attempt(() => coolSlot(host.ports)({ ...PLACE, service: 'web', slot: 'blue', release: 1 }));

  it.each(COMMANDS)('is stopped in the end after `%s`, and never what serves', async (command) => {
    const host = new HandHost();
    host.type(command);
    const serves = host.serves;
    expect(await cool(host)).toBe(!REMOVES_SLOTS.includes(command));
    expect(host.of('web-blue')).toEqual([]);
    expect(host.traffic.blue).toBe(REMOVES_SLOTS.includes(command) ? 'drain' : 'off');
    expect(host.serves).toEqual(serves);
  });

  it('is kept where it serves again', async () => {
    const host = new HandHost();
    host.traffic = { blue: ALL, green: 'off' };
    expect(await cool(host)).toBe(false);
    expect(host.serves).toEqual([1]);
  });
});

it('does not remove what somebody has made by hand in the place of the first switch', async () => {
  const host = new HandHost();
  host.type('up -d');
  const removed = { ...PLACE, service: 'web', release: 2, whosever: true };
  await attempt(() => removeService(host.ports)(removed));
  expect(host.serves).toEqual(['plain']);
});

it('does not ask twice who serves once the release is recorded', async () => {
  const host = new HandHost();
  host.current = 2;
  host.type('up -d');
  await STEPS.record(host);
  expect(host.recorded).toEqual([2]);
});
