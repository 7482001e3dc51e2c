import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { observeRepository } from '../../../activities/data/observe-repository';
import { examineHost } from '../../../activities/run/examine-host';
import type { HostPorts } from '../../../activities/ports/host-ports';
import { portsInMemory, quietEnvironment, STACK } from '../../activities/ports-in-memory';
import { until } from '../../support/processes';
import { describeWith } from '../../support/requirements';
import { createResticRepository, type ResticRepository } from '../../support/restic-repository';

/** Instead of the two minutes that a look has: the workflow says how long, and the step obeys. */
const LOOK_MILLISECONDS = 3_000;
/** Of `doctor` for a repository, and some for ending restic. */
const DOCTOR_MILLISECONDS = 20_000;

/** Each is real: restic's own clients of REST and S3, and `ssh`. */
const KINDS: readonly (readonly [kind: string, urlOf: (port: number) => string])[] = [
  ['rest', (port) => `rest:http://127.0.0.1:${port}/`],
  ['s3', (port) => `s3:http://127.0.0.1:${port}/bucket`],
  ['sftp', (port) => `sftp://nobody@127.0.0.1:${port}//srv/repository`],
];

/** Without one, the client of S3 asks nobody. */
const LOGIN = { AWS_ACCESS_KEY_ID: { plain: 'id' }, AWS_SECRET_ACCESS_KEY: { plain: 'key' } };

describeWith(['restic'], 'a repository that takes connections and never answers', () => {
  let server: Server;
  let subject: ResticRepository;
  let ports: HostPorts;
  const sockets = new Set<Socket>();
  let connections = 0;

  beforeAll(async () => {
    subject = await createResticRepository();
    server = createServer((socket) => {
      connections += 1;
      sockets.add(socket);
      socket.resume();
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const openRepository: HostPorts['openRepository'] = (_site, { url }) =>
      subject.open({ url, environment: LOGIN });
    ports = { ...portsInMemory(), openRepository } as unknown as HostPorts;
  });
  afterAll(async () => {
    server.close();
    await subject.remove();
  });

  const stackAt = (urlOf: (port: number) => string) => {
    const url = urlOf((server.address() as AddressInfo).port);
    return { ...STACK, protect: [], repository: { ...STACK.repository, url } };
  };

  it.each(KINDS)(
    'of kind %s: a look ends within its limit, to be tried again, and ends its restic',
    async (_kind, urlOf) => {
      connections = 0;
      const limits = { startToCloseTimeoutMs: LOOK_MILLISECONDS };
      const look = quietEnvironment(10_000, { activityType: 'observeRepository', ...limits });
      const began = performance.now();
      await expect(
        look.run(() => observeRepository(ports)({ stack: stackAt(urlOf) })),
      ).rejects.toMatchObject({
        type: 'ServiceUnavailable',
        nonRetryable: false,
        message: expect.stringMatching(/^observe repository: no answer for 2 s/) as string,
      });
      expect(performance.now() - began).toBeLessThan(LOOK_MILLISECONDS);
      expect(connections).toBeGreaterThan(0);
      // restic leaves its ssh, which gives up by itself.
      await until(() => (sockets.size === 0 ? true : undefined), 30);
    },
  );

  it('is told by doctor within seconds', async () => {
    const limits = { startToCloseTimeoutMs: 120_000 };
    const look = quietEnvironment(10_000, { activityType: 'examineHost', ...limits });
    const began = performance.now();
    const stack = stackAt((port) => `rest:http://127.0.0.1:${port}/`);
    expect(await look.run(() => examineHost(ports)({ stack }))).toEqual([
      expect.objectContaining({
        id: 'repository',
        severity: 'problem',
        fact: expect.stringContaining('restic has not opened it within 15 s') as string,
      }),
    ]);
    expect(performance.now() - began).toBeLessThan(DOCTOR_MILLISECONDS);
    await until(() => (sockets.size === 0 ? true : undefined));
  });
});
