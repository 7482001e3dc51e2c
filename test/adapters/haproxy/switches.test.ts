import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import type { SlotTraffic } from '../../../workflows/model/traffic';
import { TEST_IMAGES, type TestContainer } from '../../support/docker';
import { failureOf } from '../../support/failure-of';
import { startLoad, type Load } from '../../support/load';
import { until } from '../../support/processes';
import { describeWith } from '../../support/requirements';
import { attempt, OTHER_PORT, saying, SETTINGS, SwitchBench } from './switch-bench';
import { openWebSocket } from './web-socket';

const ALL_BLUE = { blue: { weight: 100 }, green: { weight: 0 } };
const ALL_GREEN = { blue: { weight: 0 }, green: { weight: 100 } };

describeWith(['docker'], 'a switch', () => {
  let bench: SwitchBench;
  let haproxy: TestContainer;
  let url: string;
  let load: Load | undefined;

  beforeAll(async () => {
    bench = await SwitchBench.create();
    await bench.switches.write(bench.key, SETTINGS, ALL_BLUE);
    haproxy = await bench.startSwitch();
    await bench.startSlot('blue');
    await bench.startSlot('green');
    await findUrl();
    await bench.up(1, 1);
  });
  beforeEach(async () => {
    await bench.steer(ALL_BLUE);
    await bench.up(1, 1);
  });
  // One that goes on after a failed test would keep Jest from ending.
  afterEach(() => load?.stop());
  afterAll(() => bench.remove());

  /** Docker publishes at another port after each start. */
  async function findUrl(): Promise<void> {
    url = `http://127.0.0.1:${await haproxy.portOf(SETTINGS.port)}`;
  }

  async function killAndStart(): Promise<void> {
    await haproxy.container.kill();
    await haproxy.container.start();
    await findUrl();
  }

  /** How often each version answered; what is no good answer counts by its status. Each on a connection of its own. */
  async function versions(requests: number): Promise<Record<string, number>> {
    const seen: Record<string, number> = {};
    for (let number = 0; number < requests; number += 1) {
      const asked = get(`${url}/version`, { agent: false });
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      const body = (await text(answer)).trim();
      const version = answer.statusCode === 200 ? body : `status ${answer.statusCode ?? 0}`;
      seen[version] = (seen[version] ?? 0) + 1;
    }
    return seen;
  }

  /** A switch that has just been started may not listen yet. */
  async function answeredBy(version: string): Promise<void> {
    await until(async () => {
      const seen = await versions(1).catch(() => undefined);
      return seen?.[version] === 1 ? true : undefined;
    }, 10);
  }

  it('sends every request to the slot with all the weight, and tells it who asks', async () => {
    expect(bench.stateDirectory.length).toBeGreaterThan(150);
    expect(await versions(20)).toEqual({ 1: 20 });
    const answer = await fetch(`${url}/whoami`, { headers: { 'x-own': 'kept' } });
    const { headers } = (await answer.json()) as { headers: Record<string, string> };
    expect(headers['x-forwarded-for']).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    expect(headers).toMatchObject({ 'x-own': 'kept', host: new URL(url).host });
    const echoed = await fetch(`${url}/echo`, { method: 'POST', body: 'x'.repeat(300_000) });
    expect(await echoed.text()).toHaveLength(300_000);
    await bench.steer(ALL_GREEN);
    expect(await versions(20)).toEqual({ 2: 20 });
  });

  it('lets what is in flight end in a slot that drains, and nothing new in', async () => {
    const slow = fetch(`${url}/slow?ms=1500`);
    await until(async () => ((await bench.counters()).blue.inFlight === 1 ? true : undefined));
    await bench.steer({ blue: 'drain', green: { weight: 100 } });
    expect(await versions(50)).toEqual({ 2: 50 });
    expect((await bench.counters()).blue).toMatchObject({ inFlight: 1, weight: 0, up: 1 });
    expect(await (await slow).text()).toBe('1\n');
    expect((await bench.counters()).blue.inFlight).toBe(0);
    await bench.steer({ blue: 'off', green: { weight: 100 } });
    expect((await bench.counters()).blue).toMatchObject({ weight: 0, up: 0 });
  });

  it('keeps a WebSocket through other weights, a drain and a maintenance', async () => {
    const socket = await openWebSocket(`${url}/ws`);
    await socket.echo('before');
    const steps: [SlotTraffic, SlotTraffic][] = [
      [{ weight: 10 }, { weight: 90 }],
      ['drain', { weight: 100 }],
    ];
    for (const [blue, green] of steps) {
      await bench.steer({ blue, green }, { maintenance: 'soon' });
      await socket.echo(`still there with ${JSON.stringify(blue)}`);
    }
    expect(socket.version).toBe('1');
    expect((await bench.counters()).blue.inFlight).toBe(1);
    socket.close();
  });

  it('begins with the shares of its file after it was killed', async () => {
    await bench.steer({ blue: { weight: 30 }, green: { weight: 70 } });
    await killAndStart();
    const { blue, green } = await bench.up(1, 1);
    expect([blue.weight, green.weight]).toEqual([30, 70]);
    const seen = await versions(100);
    expect(Math.abs((seen['1'] ?? 0) - 30)).toBeLessThan(3);
    await bench.steer({ blue: 'off', green: 'drain' });
    await killAndStart();
    await answeredBy('status 503');
    await bench.steer(ALL_GREEN);
    await answeredBy('2');
  });

  it('answers with the page of a maintenance, also when it is started anew', async () => {
    const page = async (): Promise<string> => {
      const answer = await fetch(`${url}/version`);
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '30']);
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      return answer.text();
    };
    const before = await bench.workerPid();
    const hostile = `<b>back "at" 5 o'clock</b>; set map x\r\n100 % \\\t\0#Grüße %[src] 😀`;
    const shown =
      '&#60;b&#62;back &#34;at&#34; 5 o&#39;clock&#60;/b&#62;; set map x<br>100 % \\  #Grüße %[src] 😀';
    for (const [maintenance, expected] of [
      ['upgrading', '>upgrading<'],
      [hostile, shown],
      ['x'.repeat(3000), 'x'.repeat(3000)],
    ]) {
      await bench.steer(ALL_BLUE, { maintenance: maintenance ?? '' });
      expect(await page()).toContain(expected);
    }
    await bench.steer(ALL_BLUE, { maintenance: hostile });
    expect(await bench.switches.desired(bench.key)).toEqual({
      ...{ settings: SETTINGS, traffic: ALL_BLUE, maintenance: saying(hostile) },
    });
    const answers = async (accept: string) => {
      const answer = await fetch(`${url}/version`, { headers: { accept } });
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([503, 'no-store']);
      return { type: answer.headers.get('content-type'), body: await answer.text() };
    };
    const lines = hostile.replace('\r', '').replace(/[\t\0]/g, ' ');
    for (const accept of ['application/json', 'text/json;q=0.9', 'application/problem+json, */*']) {
      const { type, body } = await answers(accept);
      expect(type).toBe('application/json');
      expect(JSON.parse(body)).toEqual({ status: 503, error: 'maintenance', message: lines });
    }
    expect(await answers('text/plain')).toEqual({
      ...{ type: 'text/plain; charset=utf-8' },
      ...{ body: `Maintenance: ${lines.replace('\n', ' ')}` },
    });
    for (const accept of ['text/html,application/json', 'image/avif', '*/*']) {
      expect((await answers(accept)).type).toBe('text/html; charset=utf-8');
    }
    const head = await fetch(`${url}/version`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([503, '']);
    expect(await bench.workerPid()).toBe(before);
    await killAndStart();
    expect(await until(() => page().catch(() => undefined))).toContain(shown);
    await bench.steer(ALL_BLUE);
    await bench.up(1, 1);
    expect(await versions(10)).toEqual({ 1: 10 });
  });

  it('is as its file says after a maintenance came while the shares changed', async () => {
    const { switches, key } = bench;
    for (let round = 1; round <= 24; round += 1) {
      const [traffic, version] = round % 2 === 0 ? [ALL_BLUE, '1'] : [ALL_GREEN, '2'];
      const maintenance = round % 3 === 0 ? undefined : saying(`round ${round}`);
      await Promise.all([
        switches.write(key, SETTINGS, traffic).then(() => switches.apply(key, attempt)),
        sleep(round / 2)
          .then(() => switches.maintain(key, maintenance))
          .then(() => switches.apply(key, attempt)),
      ]);
      const { blue, green } = await bench.counters();
      expect([blue.weight, green.weight]).toEqual(version === '1' ? [100, 0] : [0, 100]);
      expect(await versions(1)).toEqual(maintenance ? { 'status 503': 1 } : { [version]: 1 });
    }
  });

  it('speaks HTTP/2 without TLS to who begins with it', async () => {
    const session = connect(url);
    const stream = session.request({ ':path': '/whoami' });
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
    expect(headers).toMatchObject({ ':status': 200, 'x-version': '1' });
    expect(JSON.parse(await text(stream))).toMatchObject({ httpVersion: '1.1' });
    session.close();
  });

  it('loses no request and counts what is in flight while its settings change', async () => {
    load = await startLoad({ url, connections: 16, thinkMilliseconds: 10 });
    const before = await bench.workerPid();
    const slow = fetch(`${url}/slow?ms=3000`);
    await until(async () => ((await bench.counters()).blue.inFlight > 0 ? true : undefined));
    const checks = ['/healthz?a', '/healthz?b', '/healthz?c'];
    for (const check of checks) {
      await bench.steer(ALL_BLUE, { settings: { ...SETTINGS, check, replicas: 2 } });
    }
    await bench.steer({ blue: 'drain', green: { weight: 100 } }, {});
    expect((await bench.counters()).blue.inFlight).toBeGreaterThan(0);
    expect(await (await slow).text()).toBe('1\n');
    const { total } = await load.stop();
    load = undefined;
    expect(total.reasons).toEqual({});
    expect(total).toMatchObject({ failed: 0 });
    expect(total.ok).toBeGreaterThan(100);
    expect(await bench.workerPid()).not.toBe(before);
    await until(async () => ((await bench.counters()).blue.inFlight === 0 ? true : undefined));
  });

  it.each([
    `/healthz?'"#%zz%20\\ \t$HOME $(id) é`,
    `/healthz?\n  server evil 127.0.0.1:1 check\n  server-template green- 5`,
    `/healthz?'\r\nfrontend evil\n  bind :9001`,
  ])('takes the check path %j as data', async (check) => {
    await bench.steer(ALL_GREEN, { settings: { ...SETTINGS, check } });
    await bench.up(1, 1);
    expect(await versions(5)).toEqual({ 2: 5 });
    expect((await bench.switches.desired(bench.key))?.settings.check).toBe(check);
  });

  it('goes on as it was when it refuses other settings', async () => {
    // It shares the port with nobody, not even with another HAProxy.
    const taken = `global\n  noreuseport\ndefaults\n  mode tcp\n  timeout connect 1s\n  timeout client 1s\n  timeout server 1s\nlisten taken\n  bind :${OTHER_PORT}\n`;
    const other = ['sh', '-c', `printf '%s' "$0" > /tmp/taken.cfg; haproxy -D -f /tmp/taken.cfg`];
    expect(await haproxy.exec([...other, taken])).toMatchObject({ exitCode: 0 });
    const [pid, share] = [await bench.workerPid(), { weight: 40 }];
    await bench.steer({ blue: share, green: { weight: 60 } });
    const settings = { ...SETTINGS, port: OTHER_PORT };
    const failure = await failureOf(bench.steer(ALL_GREEN, { settings }));
    expect(failure).toMatchObject({ kind: 'CommandFailed' });
    expect(failure.message).toMatch(/melvin\/api refuses its changed settings.*put back/);
    expect(await bench.switches.desired(bench.key)).toEqual({
      ...{ settings: SETTINGS, traffic: { blue: share, green: { weight: 60 } } },
    });
    expect(await bench.workerPid()).toBe(pid);
    expect(Object.keys(await versions(20))).toEqual(['1', '2']);
    await bench.steer(ALL_GREEN);
    expect(await versions(5)).toEqual({ 2: 5 });
    await killAndStart();
    await bench.up(1, 1);
  });

  it('goes to another port', async () => {
    const answering = await bench.start('api-blue', {
      Image: TEST_IMAGES.app1,
      Cmd: ['sh', '-c', `sed 's/port: 8000/port: ${OTHER_PORT}/' app.cjs > b.js; exec node b.js`],
    });
    await bench.steer(ALL_BLUE, { settings: { ...SETTINGS, port: OTHER_PORT, replicas: 2 } });
    await bench.up(1, 0);
    url = `http://127.0.0.1:${await haproxy.portOf(OTHER_PORT)}`;
    expect(await versions(5)).toEqual({ 1: 5 });
    await bench.forget(answering);
    await findUrl();
  });

  it('is not reloaded, and loses nothing, when it is brought to its file again', async () => {
    const [before, pid] = [await bench.counters(), await bench.workerPid()];
    await bench.switches.apply(bench.key, attempt);
    await bench.switches.apply(bench.key, attempt);
    expect(await bench.workerPid()).toBe(pid);
    const { blue } = await bench.counters();
    expect(blue).toEqual(before.blue);
  });
});
