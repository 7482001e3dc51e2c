import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { TEST_IMAGES, type TestContainer } from '../../support/docker';
import { until } from '../../support/processes';
import { describeWith } from '../../support/requirements';
import { attempt, OTHER_PORT, saying, SETTINGS, SwitchBench } from './switch-bench';

const WITH_ANOTHER = { ...SETTINGS, tcp: [OTHER_PORT] };
const ALL_BLUE = { blue: { weight: 100 }, green: { weight: 0 } };

/** A connection to the further port. */
class Conversation {
  private received = '';
  private constructor(private readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => (this.received += chunk.toString()));
    socket.on('error', () => undefined);
  }

  static async open(port: number): Promise<Conversation> {
    const socket = connect(port, '127.0.0.1');
    const conversation = new Conversation(socket);
    await once(socket, 'connect');
    return conversation;
  }

  /** Undefined when it was closed without a word. */
  async version(): Promise<string | undefined> {
    await until(() => Promise.resolve(this.received !== '' || this.socket.closed || undefined));
    return this.received === '' ? undefined : this.received.trim();
  }

  async echo(text: string): Promise<void> {
    this.socket.write(text);
    await until(() => Promise.resolve(this.received.includes(text) || undefined), 5);
  }

  close(): void {
    this.socket.destroy();
  }
}

describeWith(['docker'], 'a switch with a further port', () => {
  let bench: SwitchBench;
  let haproxy: TestContainer;

  beforeAll(async () => {
    bench = await SwitchBench.create();
    await bench.switches.write(bench.key, WITH_ANOTHER, ALL_BLUE);
    haproxy = await bench.startSwitch();
    await bench.startTalking('blue', OTHER_PORT);
    await bench.startTalking('green', OTHER_PORT);
    await bench.up(1, 1);
  });
  afterAll(() => bench.remove());

  const open = async () => Conversation.open(await haproxy.portOf(OTHER_PORT));

  /** How often each version answered. */
  async function versions(connections: number): Promise<Record<string, number>> {
    const seen: Record<string, number> = {};
    for (let number = 0; number < connections; number += 1) {
      const conversation = await open();
      const version = (await conversation.version()) ?? 'none';
      seen[version] = (seen[version] ?? 0) + 1;
      conversation.close();
    }
    return seen;
  }

  it('passes connections on to the slots by their shares', async () => {
    await bench.steer({ blue: { weight: 75 }, green: { weight: 25 } }, { settings: WITH_ANOTHER });
    const seen = await versions(40);
    expect(Math.abs((seen['1'] ?? 0) - 30)).toBeLessThan(3);
    expect(Math.abs((seen['2'] ?? 0) - 10)).toBeLessThan(3);
  });

  it('keeps a connection in a slot that drains, counts it, and lets no other in', async () => {
    await bench.steer(ALL_BLUE, { settings: WITH_ANOTHER });
    const long = await open();
    expect(await long.version()).toBe('1');
    await bench.steer({ blue: 'drain', green: { weight: 100 } }, { settings: WITH_ANOTHER });
    expect(await versions(10)).toEqual({ 2: 10 });
    await long.echo('still there');
    const { blue } = await bench.counters();
    expect(blue).toMatchObject({ inFlight: 1, servers: [{ inFlight: 1, up: true }] });
    long.close();
    await until(async () => ((await bench.counters()).blue.inFlight === 0 ? true : undefined));
  });

  it('lets nobody new in while there is a maintenance, and goes on with who is there', async () => {
    await bench.steer(ALL_BLUE, { settings: WITH_ANOTHER });
    const long = await open();
    expect(await long.version()).toBe('1');
    await bench.switches.maintain(bench.key, saying('soon'));
    await bench.switches.apply(bench.key, attempt);
    expect(await versions(3)).toEqual({ none: 3 });
    await long.echo('still there');
    await haproxy.container.kill();
    await haproxy.container.start();
    await bench.up(1, 1);
    expect(await versions(3)).toEqual({ none: 3 });
    await bench.steer(ALL_BLUE, { settings: WITH_ANOTHER });
    expect(await versions(3)).toEqual({ 1: 3 });
  });

  it('takes a port up, and gives it up, without another switch', async () => {
    await bench.steer(ALL_BLUE);
    expect(await versions(1).catch(() => ({ none: 1 }))).toEqual({ none: 1 });
    const pid = await bench.workerPid();
    await bench.steer(ALL_BLUE, { settings: WITH_ANOTHER });
    await bench.up(1, 1);
    expect(await versions(5)).toEqual({ 1: 5 });
    expect(await bench.workerPid()).not.toBe(pid);
  });

  it('holds a slot for up only when its further port is served too', async () => {
    await bench.steer(ALL_BLUE, { settings: { ...SETTINGS, tcp: [OTHER_PORT, OTHER_PORT + 1] } });
    const { blue } = await bench.up(1, 1);
    expect(blue.servers).toHaveLength(1);
  });
});

describeWith(['docker'], 'a switch in a network with IPv6', () => {
  let bench: SwitchBench;
  beforeAll(async () => {
    bench = await SwitchBench.create(undefined, 'fd00:70:a:1::/64');
  });
  afterAll(() => bench.remove());

  it('answers clients of both families, and tells who asks', async () => {
    await bench.switches.write(bench.key, WITH_ANOTHER, ALL_BLUE);
    const haproxy = await bench.startSwitch();
    await bench.startTalking('blue', OTHER_PORT);
    await bench.up(1, 0);
    const client = await bench.start('client', { Image: TEST_IMAGES.app1 });
    const { NetworkSettings } = await haproxy.container.inspect();
    const [network] = Object.values(NetworkSettings.Networks);
    const addresses = [`[${network?.GlobalIPv6Address ?? ''}]`, network?.IPAddress ?? '', 'api'];
    const asked = `for (const a of ${JSON.stringify(addresses)}) console.log((await (await fetch('http://' + a + ':8000/whoami')).json()).headers['x-forwarded-for'])`;
    const told = await client.exec(['node', '--input-type=module', '-e', asked]);
    expect(told.stderr).toBe('');
    const [six, four, byName] = told.stdout.trim().split('\n');
    expect(six).toMatch(/^fd00:70:a:1:/);
    expect(four).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    expect(byName).toBeDefined();
    const talk = `require('net').connect(${OTHER_PORT}, '${network?.GlobalIPv6Address ?? ''}').on('data', (d) => { process.stdout.write(d); process.exit() })`;
    expect((await client.exec(['node', '-e', talk])).stdout).toBe('1\n');
  });
});
