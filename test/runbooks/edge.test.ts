import { readdir, readFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from '../../worker/free-port';
import type { DeployPlan } from '../../workflows/model/plans';
import { docker, TEST_IMAGES, TestContainer } from '../support/docker';
import { startLoad, type Held } from '../support/load';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { askHttps, makeCertificate, TlsRelay } from './support/https-client';
import type { ReleasedStack, ReleasedStackOptions } from './support/released-stack';
import { releasedStacks } from './support/released-stacks';

const OWN = 'Caddy Local Authority - ECC Intermediate';
const QUICK = { api: { drainSeconds: 1, ready: { http: '/healthz', consecutive: 1 } } };
const FILES = { service: 'api', certificate: { file: './tls/cert.pem', key: './tls/key.pem' } };
const INTERNAL = { service: 'api', certificate: 'internal' };
const SITES = { localhost: INTERNAL, 'intern.example.org': FILES };

// In the order of a life: each begins with what the one before it has left.
describeWith(['temporal', 'restic', 'docker', 'compose'], 'an edge', () => {
  const newStack = releasedStacks();
  let stack: ReleasedStack;
  let relay: TlsRelay;
  let image: string;
  let ports: { readonly address: string; readonly http: number; readonly https: number };

  beforeAll(async () => {
    image = (await docker.getImage(TEST_IMAGES.edge).inspect()).Id;
    const [http, https] = [await freePort('127.0.0.1'), await freePort('127.0.0.1')];
    ports = { address: '127.0.0.1', http, https };
    stack = await newStack(QUICK);
    await makeCertificate(join(stack.stack.folder, 'tls'), 'intern.example.org');
    relay = await TlsRelay.to(https);
  });

  afterAll(() => {
    relay.stop();
  });

  const describe = (sites: object | undefined, more: ReleasedStackOptions = {}) =>
    stack.describe({
      ...QUICK,
      ...more,
      file: { ...(sites && { edge: { image, sites, ports } }), ...more.file },
    });

  const ask = (host: string, path = '/version', headers = {}) =>
    askHttps({ host, port: ports.https }, path, headers);

  async function plan(): Promise<DeployPlan> {
    const shown = await stack.stack.cli('plan', 'deploy', '--json');
    if (shown.code !== 0) throw new Error(shown.stderr);
    return JSON.parse(shown.stdout) as DeployPlan;
  }

  async function container(service: string): Promise<TestContainer> {
    const { id = '' } = (await stack.containers()).find((one) => one.service === service) ?? {};
    return new TestContainer(docker.getContainer(id));
  }

  it('serves each site with its certificate, by way of the switch', async () => {
    await describe(SITES);
    await stack.mustDeploy();
    expect(await stack.running()).toEqual(['api', 'api-blue', 'edge']);

    const own = await until(() => ask('localhost').catch(() => undefined));
    expect(own).toMatchObject({ status: 200, body: '1\n', issuer: OWN });
    const ca = await readFile(join(stack.stack.folder, 'tls', 'cert.pem'), 'utf8');
    const fromFiles = await askHttps(
      { host: 'intern.example.org', port: ports.https, ca },
      '/version',
    );
    expect(fromFiles).toMatchObject({ status: 200, issuer: 'the operator' });
    await expect(ask('other.example.org')).rejects.toThrow();

    const plain = get({ port: ports.http, path: '/a?b', headers: { host: 'localhost' } });
    const [redirect] = (await once(plain, 'response')) as [IncomingMessage];
    redirect.resume();
    const to = `https://localhost:${ports.https}/a?b`;
    expect([redirect.statusCode, redirect.headers.location]).toEqual([308, to]);
  });

  it('tells the application who asks, and by which way, whatever the client says of itself', async () => {
    const [client, edge] = [await container('api-blue'), await container('edge')];
    const asking = `const https = require('node:https');
      https.get({ host: 'edge', port: ${ports.https}, path: '/whoami', servername: 'localhost',
        rejectUnauthorized: false, headers: { host: 'localhost', 'x-forwarded-for': '6.6.6.6',
        'x-forwarded-proto': 'ftp' } }, (answer) => answer.pipe(process.stdout));`;
    const { stdout } = await client.exec(['node', '-e', asking]);
    const { headers } = JSON.parse(stdout) as { headers: Record<string, string> };
    const [from, by] = await Promise.all([addressOf(client), addressOf(edge)]);
    expect(headers).toMatchObject({
      ...{ host: 'localhost', 'x-forwarded-for': `${from}, ${by}` },
      'x-forwarded-proto': 'https',
    });
  });

  it('is left alone by a release, and costs it no request, WebSocket or stream', async () => {
    const edge = await container('edge');
    const load = await startLoad({ url: relay.url, connections: 8 });
    const [socket, stream] = [await load.hold('websocket'), await load.hold('stream')];
    await describe(SITES, { service: { image: TEST_IMAGES.app2 } });
    const planned = await plan();
    expect(planned).not.toHaveProperty('edge');
    expect(planned.steps.map(({ id }) => id)).not.toContain('edge');
    await stack.mustDeploy();
    expect([await socket.end(), await isWhole(stream)]).toEqual([true, true]);
    expect((await ask('localhost')).body).toBe('2\n');
    expect((await container('edge')).id).toBe(edge.id);

    const { total } = await load.stop();
    expect(total).toMatchObject({ failed: 0 });
    expect(total.ok).toBeGreaterThan(50);
  });

  it('takes other sites and a renewed certificate without a restart', async () => {
    const edge = await container('edge');
    await makeCertificate(join(stack.stack.folder, 'tls'), 'intern.example.org');
    const ca = await readFile(join(stack.stack.folder, 'tls', 'cert.pem'), 'utf8');
    const sites = {
      localhost: INTERNAL,
      'second.localhost': INTERNAL,
      'intern.example.org': FILES,
    };
    await describe(sites);
    const load = await startLoad({ url: relay.url, connections: 1 });
    const stream = await load.hold('stream');
    const { run = '' } = await stack.mustDeploy();
    expect(await isWhole(stream)).toBe(true);
    await load.stop();
    expect((await stack.stack.step(run, 'edge', ({ state }) => state === 'done')).title).toBe(
      'bring the edge to its sites',
    );
    expect((await container('edge')).id).toBe(edge.id);
    expect(await until(() => ask('second.localhost').catch(() => undefined))).toMatchObject({
      status: 200,
    });
    const renewed = { host: 'intern.example.org', port: ports.https, ca };
    expect(await askHttps(renewed, '/version')).toMatchObject({ status: 200 });
  });

  it('is as it was when the release is undone, also where it was made anew for it', async () => {
    const gate = { http: { url: `${stack.url}/version`, expect: 418, timeout: '1s' } };
    const elsewhere = { ...ports, https: await freePort('127.0.0.1') };
    const edge = { image, sites: { 'third.localhost': INTERNAL }, ports: elsewhere };
    await describe(undefined, { file: { edge, gates: { after: [gate] } } });
    const { code, run = '' } = await stack.deploy();
    expect(code).toBe(3);
    const { steps } = await stack.stack.show(run);
    const made = steps.find(({ id }) => id === 'edge');
    expect(made).toMatchObject({
      state: 'done',
      detail: expect.stringContaining('answer') as string,
    });
    expect(steps.find(({ id }) => id === 'edge-back')).toMatchObject({ state: 'done' });
    expect(await ask('intern.example.org')).toMatchObject({ status: 200 });
    const third = { host: 'third.localhost', port: elsewhere.https };
    await expect(askHttps(third, '/version')).rejects.toThrow('ECONNREFUSED');
  });

  it('keeps no key outside of its volume', async () => {
    const key = await readFile(join(stack.stack.folder, 'tls', 'key.pem'), 'utf8');
    const secret = key.split('\n')[1] ?? '';
    const folder = join(stack.stack.folder, '..', 'state', 'edge', stack.project);
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    const texts = await Promise.all(
      files
        .filter((file) => file.isFile())
        .map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')),
    );
    expect(texts.length).toBeGreaterThan(2);
    expect(texts.filter((text) => text.includes(secret))).toEqual([]);
  });

  it('goes when the stack file has none any more; its volume stays', async () => {
    await describe(undefined);
    await stack.mustDeploy();
    expect(await stack.running()).not.toContain('edge');
    expect((await stack.belongings()).volumes).toEqual([`${stack.project}_pawl-edge`]);
    expect(await plan()).not.toHaveProperty('edge');
    expect(await stack.serving()).toBe('1');
  });
});

/** It goes on, or has come to its end. */
async function isWhole(held: Held): Promise<boolean> {
  return held.isOpen() || (await held.end());
}

async function addressOf({ container }: TestContainer): Promise<string> {
  const { NetworkSettings } = await container.inspect();
  return Object.values(NetworkSettings.Networks)[0]?.IPAddress ?? '';
}
