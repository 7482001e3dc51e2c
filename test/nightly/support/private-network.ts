import { checkoutHash } from '../../support/run-labels';
import { runProcess } from '../../support/run-process';

/** Interface names have 15 characters at most. */
const BRIDGE = `pn${checkoutHash.slice(0, 8)}`;
const NETWORK = `10.${20 + (parseInt(checkoutHash.slice(0, 4), 16) % 100)}.77`;
const SERVER = `${NETWORK}.1`;

export const canMakeNetworks = process.getuid?.() === 0;

/** A host of its own as far as its network goes: the server is all it reaches, by the address that it is published at. */
export interface NetworkHost {
  readonly address: string;
  /** Put before a command, it runs there. */
  readonly prefix: readonly string[];
  cutOff(): Promise<void>;
  connect(): Promise<void>;
}

/** A bridge that stands for a private network, as WireGuard's would be. Needs root. */
export class PrivateNetwork {
  private count = 0;

  private constructor() {}

  static async create(): Promise<PrivateNetwork> {
    // What a run that was killed has left.
    await forget();
    await ip('link', 'add', BRIDGE, 'type', 'bridge');
    await ip('address', 'add', `${SERVER}/24`, 'dev', BRIDGE);
    await ip('link', 'set', BRIDGE, 'up');
    return new PrivateNetwork();
  }

  /** This machine's, to which the server's ports are published. */
  get serverAddress(): string {
    return SERVER;
  }

  async addHost(): Promise<NetworkHost> {
    const place = (this.count += 1);
    const namespace = `${BRIDGE}-${place}`;
    const link = `${BRIDGE}h${place}`;
    const address = `${NETWORK}.${10 + place}`;
    await ip('netns', 'add', namespace);
    const peer = ['peer', 'name', 'eth0', 'netns', namespace];
    await ip('link', 'add', link, 'type', 'veth', ...peer);
    await ip('link', 'set', link, 'master', BRIDGE, 'up');
    await ip('-n', namespace, 'address', 'add', `${address}/24`, 'dev', 'eth0');
    for (const each of ['eth0', 'lo']) await ip('-n', namespace, 'link', 'set', each, 'up');
    return {
      address,
      prefix: ['ip', 'netns', 'exec', namespace],
      cutOff: () => ip('link', 'set', link, 'down'),
      connect: () => ip('link', 'set', link, 'up'),
    };
  }

  async remove(): Promise<void> {
    await forget();
  }
}

async function forget(): Promise<void> {
  const { stdout } = await runProcess(['ip', 'netns', 'list'], { env: process.env });
  for (const [namespace = ''] of stdout.split('\n').map((line) => line.split(' '))) {
    if (namespace.startsWith(`${BRIDGE}-`)) await ip('netns', 'delete', namespace);
  }
  const links = await runProcess(['ip', '-oneline', 'link'], { env: process.env });
  if (links.stdout.includes(`${BRIDGE}:`)) await ip('link', 'delete', BRIDGE);
}

async function ip(...argv: readonly string[]): Promise<void> {
  const { code, stderr } = await runProcess(['ip', ...argv], { env: process.env });
  if (code !== 0) throw new Error(`ip ${argv.join(' ')}: ${stderr}`);
}
