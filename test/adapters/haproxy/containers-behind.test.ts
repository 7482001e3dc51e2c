import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, stat } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { SlotCounters } from '../../../workflows/model/traffic';
import { failureOf } from '../../support/failure-of';
import { until } from '../../support/processes';
import { describeWith } from '../../support/requirements';
import { attempt, SETTINGS, SwitchBench } from './switch-bench';

const BOTH = { blue: { weight: 50 }, green: { weight: 50 } };
const BLUE = { blue: { weight: 100 }, green: 'off' } as const;

describeWith(['docker'], 'a switch and the containers behind it', () => {
  let bench: SwitchBench;
  beforeEach(async () => {
    bench = await SwitchBench.create();
  });
  afterEach(() => bench.remove());

  async function started(traffic: Parameters<SwitchBench['steer']>[0]): Promise<string> {
    await bench.switches.write(bench.key, SETTINGS, traffic);
    const haproxy = await bench.startSwitch();
    return `http://127.0.0.1:${await haproxy.portOf(SETTINGS.port)}`;
  }

  it('finds a container again that was made anew at another address', async () => {
    const url = await started(BLUE);
    const first = await bench.startSlot('blue');
    await bench.up(1, 0);
    expect(addressesIn((await bench.counters()).blue)).toEqual([await bench.addressOf(first)]);
    await bench.forget(first);
    // Takes the address that has become free, and answers at it.
    const squatter = await bench.startSlot('green');
    const second = await bench.startSlot('blue');
    const address = await bench.addressOf(second);
    expect(await bench.addressOf(squatter)).not.toBe(address);
    const begin = performance.now();
    await until(async () => {
      const { blue } = await bench.counters();
      return blue.up === 1 && addressesIn(blue).join() === address ? true : undefined;
    });
    expect(performance.now() - begin).toBeLessThan(6_000);
    expect(await (await fetch(`${url}/version`)).text()).toBe('1\n');
  });

  it('counts a server as up only when it has passed its check', async () => {
    await started(BOTH);
    const never = await bench.startSlot('blue', { HEALTH: 'never' });
    const address = await bench.addressOf(never);
    const [begin, delay] = [Date.now(), 2_500];
    await bench.startSlot('green', { HEALTH_AFTER_MS: String(delay) });
    await until(async () => {
      const counters = await bench.counters().catch(() => undefined);
      if (counters === undefined) return undefined;
      expect(counters.blue.up).toBe(0);
      if (counters.green.up === 1) return true;
      return undefined;
    });
    expect(Date.now() - begin).toBeGreaterThan(delay - 100);
    expect((await bench.counters()).blue).toMatchObject({
      ...{ up: 0, servers: [{ address, up: false, inFlight: 0 }] },
    });
  });

  it('counts errors, answers that break off, connections and times', async () => {
    const url = await started(BLUE);
    const blue = await bench.startSlot('blue', { FAIL_PERCENT: '25', DELAY_MS: '40' });
    await bench.up(1, 0);
    const kept = new Agent({ keepAlive: true, maxSockets: 1 });
    expect(await statusOf(`${url}/version`, kept)).toBe(200);
    const statuses = await Promise.all(
      Array.from({ length: 39 }, () => statusOf(`${url}/version`)),
    );
    expect(statuses.filter((status) => status === 500)).toHaveLength(10);
    const { blue: counted } = await bench.counters();
    expect(counted).toMatchObject({ responses: 40, errors: 10, connectionErrors: 0, inFlight: 0 });
    expect(counted.responseMilliseconds).toBeGreaterThanOrEqual(40);
    expect(counted.responseMilliseconds).toBeLessThan(500);
    const slow = `${url}/slow?ms=9000`;
    const cut = [slow, `${url}/stream?seconds=9`].map((each) => statusOf(each));
    const keptToo = new Agent({ keepAlive: true, maxSockets: 1 });
    expect(await statusOf(`${url}/version`, keptToo)).toBe(200);
    // The one in four: none of those that are cut.
    expect(await statusOf(`${url}/version`)).toBe(500);
    cut.push(statusOf(slow, kept), statusOf(slow, keptToo));
    await until(async () => {
      const now = (await bench.counters()).blue;
      return now.inFlight === 4 && now.responses === 43 ? true : undefined;
    });
    await blue.container.kill();
    // On a connection that was used before, HAProxy answers with its end, and counts no error.
    expect(await Promise.all(cut)).toEqual([502, 200, 'ECONNRESET', 'ECONNRESET']);
    const { blue: after } = await bench.counters();
    expect(after).toMatchObject({ responses: 46, errors: 14, inFlight: 0 });
  });

  it('spreads the requests of a slot over its replicas', async () => {
    const settings = { ...SETTINGS, replicas: 2 };
    await bench.switches.write(bench.key, settings, BLUE);
    const haproxy = await bench.startSwitch();
    const url = `http://127.0.0.1:${await haproxy.portOf(SETTINGS.port)}`;
    await Promise.all([bench.startSlot('blue'), bench.startSlot('blue')]);
    const { blue } = await bench.up(2, 0);
    expect(new Set(addressesIn(blue)).size).toBe(2);
    expect(blue.weight).toBe(200);
    const hosts = new Map<string, number>();
    for (let number = 0; number < 40; number += 1) {
      const { hostname } = (await (await fetch(`${url}/whoami`)).json()) as { hostname: string };
      hosts.set(hostname, (hosts.get(hostname) ?? 0) + 1);
    }
    expect([...hosts.values()]).toEqual([20, 20]);
  });

  it('sends requests to the servers that are named only, whatever DNS finds beside them', async () => {
    const settings = { ...SETTINGS, replicas: 3 };
    await bench.switches.write(bench.key, settings, BLUE);
    const haproxy = await bench.startSwitch();
    const url = `http://127.0.0.1:${await haproxy.portOf(SETTINGS.port)}`;
    const blue = [await bench.startSlot('blue'), await bench.startSlot('blue')];
    const old = await Promise.all(blue.map((container) => bench.addressOf(container)));
    await bench.up(2, 0);
    const green = await bench.addressOf(await bench.startSlot('green'));
    const part = (addresses: readonly string[]) => ({ weight: 100, addresses });
    await bench.steer({ blue: { weight: 100 }, green: { weight: 0 } }, { settings });
    // Only what it knows by its address is let in by it.
    await bench.up(2, 1);
    await bench.steer({ blue: part(old.slice(0, 1)), green: part([green]) }, { settings });
    // Not healthy, and HAProxy takes it for up when it comes.
    const never = await bench.startSlot('green', { HEALTH: 'never', FAIL_PERCENT: '100' });
    const address = await bench.addressOf(never);
    const seen = async () => addressesIn((await bench.counters()).green).includes(address);
    while (!(await seen())) expect(await statusOf(`${url}/version`)).toBe(200);

    const before = await bench.counters();
    for (let number = 0; number < 20; number += 1) {
      expect(await statusOf(`${url}/version`)).toBe(200);
    }
    const after = await bench.counters();
    expect(after.blue.responses - before.blue.responses).toBe(10);
    expect(after).toMatchObject({ blue: { up: 2, weight: 100 }, green: { up: 1, weight: 100 } });

    const slow = [1, 2].map(() => statusOf(`${url}/slow?ms=1500`));
    const inFlight = async () => {
      const { servers } = (await bench.counters()).blue;
      return servers.find((server) => server.address === old[0])?.inFlight;
    };
    await until(async () => ((await inFlight()) === 1 ? true : undefined));
    await bench.steer({ blue: part(old.slice(1)), green: 'drain' }, { settings });
    expect(await statusOf(`${url}/version`)).toBe(200);
    expect(await inFlight()).toBe(1);
    expect(await Promise.all(slow)).toEqual([200, 200]);
    expect(await inFlight()).toBe(0);
  });

  it('says that no HAProxy answers, and ends when it is told to', async () => {
    await bench.switches.write(bench.key, SETTINGS, BLUE);
    for (const call of [bench.counters(), bench.switches.apply(bench.key, attempt)]) {
      const failure = await failureOf(call);
      expect(failure.kind).toBe('ServiceUnavailable');
      expect(failure.message).toMatch(/^No HAProxy answers at .*admin\.sock: connect ENOENT/);
    }
    const haproxy = await bench.startSwitch();
    await until(() => bench.counters().catch(() => undefined));
    await haproxy.container.kill();
    expect(await failureOf(bench.counters())).toMatchObject({ kind: 'ServiceUnavailable' });
    const signal = AbortSignal.abort(new Error('enough'));
    const aborted = bench.switches.counters(bench.key, { ...attempt, signal });
    await expect(aborted).rejects.toThrow('enough');
  });

  const root = process.getuid?.() === 0 ? it : it.skip;
  root('lets a worker that is not root, and nobody else, use its sockets', async () => {
    await bench.remove();
    const uid = 54_321;
    bench = await SwitchBench.create(uid);
    await bench.switches.write(bench.key, SETTINGS, BLUE);
    const folder = await bench.switches.folder(bench.key);
    for (let above = folder; above !== join(bench.stateDirectory, '../..');) {
      await chown(above, uid, uid);
      above = join(above, '..');
    }
    for (const file of ['haproxy.cfg', 'live.map']) await chown(join(folder, file), uid, uid);
    await bench.startSwitch();
    await until(() => bench.counters().catch(() => undefined));
    const { uid: owner, mode } = await stat(join(folder, 'admin.sock'));
    expect([owner, mode & 0o777]).toEqual([uid, 0o600]);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(await speak(folder, uid)).toBe('admin.sock: ok\nmaster.sock: ok\n');
    expect(await speak(folder, uid + 1)).toBe('EACCES\n');
  });
});

/** On a connection of its own, unless it is one of the agent's. */
function statusOf(url: string, agent: Agent | false = false): Promise<number | string> {
  return new Promise((resolve) => {
    const asked = get(url, { agent }, (answer) => {
      answer
        .on('error', () => undefined)
        .on('close', () => {
          resolve(answer.statusCode ?? 0);
        });
      answer.resume();
    });
    asked.on('error', ({ code = '' }: NodeJS.ErrnoException) => {
      resolve(code);
    });
  });
}

function addressesIn({ servers }: SlotCounters): string[] {
  return servers.map(({ address }) => address);
}

/** What a process of that user gets from the two sockets. */
async function speak(folder: string, uid: number): Promise<string> {
  const script = `
    const [folder, uid] = [process.argv[1], Number(process.argv[2])];
    process.setgroups([]); process.setgid(uid); process.setuid(uid);
    try { process.chdir(folder); } catch (error) { console.log(error.code); process.exit(); }
    const speak = (socket) => new Promise((resolve) => {
      const connection = require('node:net').connect(socket, () => connection.write('show proc;show info\\n'));
      connection.once('data', () => resolve('ok')).once('error', (error) => resolve(error.code));
    });
    (async () => { for (const socket of ['admin.sock', 'master.sock']) console.log(socket + ': ' + (await speak(socket))); process.exit(); })();
  `;
  const child = spawn(process.execPath, ['-e', script, folder, String(uid)]);
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return output;
}
