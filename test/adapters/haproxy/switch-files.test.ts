import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSwitches } from '../../../activities/adapters/haproxy/create-switches';
import { withFileLock } from '../../../activities/adapters/process/file-lock';
import type { Switches } from '../../../activities/ports/switches';
import { failureOf } from '../../support/failure-of';
import { attempt, saying, SETTINGS } from './switch-bench';

const KEY = { stack: 'melvin', service: 'api' };
const MANY = Array.from({ length: 65 }, (_, index) => 9000 + index);
const TRAFFIC = { blue: { weight: 90 }, green: 'drain' } as const;

describe("a switch's file", () => {
  let stateDirectory: string;
  let switches: Switches;
  beforeEach(async () => {
    stateDirectory = await mkdtemp(join(tmpdir(), 'pawl-switch-'));
    switches = createSwitches({ stateDirectory, exclusively: withFileLock });
  });
  afterEach(() => rm(stateDirectory, { recursive: true }));

  it('is read back as it was written', async () => {
    expect(await switches.desired(KEY)).toBeUndefined();
    await switches.write(KEY, SETTINGS, TRAFFIC);
    expect(await switches.desired(KEY)).toEqual({ settings: SETTINGS, traffic: TRAFFIC });
    const maintenance = saying('a line\nand\u2028another # "quoted"');
    await switches.maintain(KEY, maintenance);
    await switches.write(KEY, SETTINGS, { blue: 'off', green: { weight: 0 } });
    expect(await switches.desired(KEY)).toEqual({
      ...{ settings: SETTINGS, traffic: { blue: 'off', green: { weight: 0 } }, maintenance },
    });
    expect(await switches.desired({ ...KEY, service: 'web' })).toBeUndefined();
    await switches.maintain(KEY, undefined);
    expect(await switches.desired(KEY)).toEqual({
      ...{ settings: SETTINGS, traffic: { blue: 'off', green: { weight: 0 } } },
    });
  });

  it('keeps shares and maintenance that are written in the same moment', async () => {
    await switches.write(KEY, SETTINGS, TRAFFIC);
    for (let weight = 1; weight <= 10; weight += 1) {
      const traffic = { ...TRAFFIC, blue: { weight } };
      const maintenance = weight % 2 === 0 ? undefined : saying(`${weight}`);
      await Promise.all([
        switches.write(KEY, SETTINGS, traffic),
        switches.maintain(KEY, maintenance),
      ]);
      const now = await switches.desired(KEY);
      expect([now?.traffic, now?.maintenance]).toEqual([traffic, maintenance]);
    }
  });

  it('has no maintenance where there is no switch', async () => {
    const failure = await failureOf(switches.maintain(KEY, saying('soon')));
    expect(failure).toMatchObject({
      ...{ kind: 'PreconditionFailed', message: 'There is no switch of melvin/api yet' },
    });
    expect(await switches.desired(KEY)).toBeUndefined();
  });

  it.each(['"', '<', '\n', '😀', '\u2028', 'x'])(
    'has room for a page of 500 bytes of %j',
    async (character) => {
      const message = character.repeat(Math.floor(500 / Buffer.byteLength(character)));
      await switches.write(KEY, SETTINGS, TRAFFIC);
      await switches.maintain(KEY, saying(message));
      expect((await switches.desired(KEY))?.maintenance?.message).toBe(message);
    },
  );

  it.each([
    [true, ['bind :8000', 'bind :::8000 v6only', 'bind :9000', 'bind :::9000 v6only']],
    [false, ['bind :8000', 'bind :9000']],
  ])('listens on what the kernel has (IPv6: %s)', async (ipv6, binds) => {
    switches = createSwitches({ stateDirectory, exclusively: withFileLock, ipv6 });
    await switches.write(KEY, { ...SETTINGS, tcp: [9000] }, TRAFFIC);
    const text = await readFile(join(await switches.folder(KEY), 'haproxy.cfg'), 'utf8');
    expect(text.match(/bind .*/g)).toEqual(binds);
  });

  it('lies in a folder of its own, whatever the names are', async () => {
    const stacks = ['melvin', '..', '.', 'a/b', 'a%2Fb', 'A'];
    const folders = await Promise.all(
      stacks.map((stack) => switches.folder({ stack, service: 'api' })),
    );
    expect(new Set(folders).size).toBe(stacks.length);
    for (const folder of folders) {
      expect(folder.startsWith(join(stateDirectory, 'switch', '/'))).toBe(true);
      expect(folder.slice(stateDirectory.length).split('/')).toHaveLength(4);
    }
  });

  it('is of one piece: nothing half-written is left beside it', async () => {
    for (let weight = 0; weight < 20; weight += 1) {
      await switches.write(KEY, SETTINGS, { ...TRAFFIC, blue: { weight } });
    }
    const folder = await switches.folder(KEY);
    expect((await readdir(folder)).sort()).toEqual(['haproxy.cfg', 'live.map']);
    expect(await readFile(join(folder, 'live.map'), 'utf8')).toBe('');
  });

  it('goes with its folder, also a second time', async () => {
    await switches.write(KEY, SETTINGS, TRAFFIC);
    await switches.remove(KEY);
    await switches.remove(KEY);
    expect(await switches.desired(KEY)).toBeUndefined();
  });

  it.each([
    ['port', { ...SETTINGS, port: 70_000 }, TRAFFIC, /70000 is no port/],
    ['replicas', { ...SETTINGS, replicas: 0 }, TRAFFIC, /0 replicas/],
    ['check', { ...SETTINGS, check: 'healthz' }, TRAFFIC, /does not begin with \//],
    ['further port', { ...SETTINGS, tcp: [0] }, TRAFFIC, /0 is no port/],
    ['further port', { ...SETTINGS, tcp: [SETTINGS.port] }, TRAFFIC, /a port is named twice/],
    ['number of ports', { ...SETTINGS, tcp: MANY }, TRAFFIC, /65 further ports are more than 64/],
    ['weight', SETTINGS, { ...TRAFFIC, blue: { weight: 0.5 } }, /weight of blue/],
    ['weight', SETTINGS, { ...TRAFFIC, green: { weight: 257 } }, /weight of green/],
  ])('is not written with a %s that HAProxy refuses', async (_what, settings, traffic, reason) => {
    const failure = await failureOf(switches.write(KEY, settings, traffic));
    expect(failure.kind).toBe('PreconditionFailed');
    expect(failure.message).toMatch(reason);
    expect(await switches.desired(KEY)).toBeUndefined();
  });

  it.each(['api\n  server evil', 'a b', '', '-x', 'x'.repeat(60)])(
    'is not written for a service named %j',
    async (service) => {
      const failure = await failureOf(switches.write({ ...KEY, service }, SETTINGS, TRAFFIC));
      expect(failure.kind).toBe('PreconditionFailed');
    },
  );

  it('is not written with a page that HAProxy has no room for', async () => {
    await switches.write(KEY, SETTINGS, TRAFFIC);
    const failure = await failureOf(switches.maintain(KEY, saying('ü'.repeat(3000))));
    expect(failure.message).toMatch(/text of the maintenance is too long/);
  });

  it("is pawl's, or it is not touched", async () => {
    await switches.write(KEY, SETTINGS, TRAFFIC);
    await writeFile(join(await switches.folder(KEY), 'haproxy.cfg'), 'global\n  maxconn 5\n');
    expect((await failureOf(switches.desired(KEY))).kind).toBe('PreconditionFailed');
    expect((await failureOf(switches.apply(KEY, attempt))).kind).toBe('PreconditionFailed');
  });
});
