import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { describeWith } from '../support/requirements';
import { ReleasedStack } from './support/released-stack';

const ENGINE = '/var/run/docker.sock';

/** Before Docker: takes every connection, and hands none on until it is told to. */
class Gatekeeper {
  private readonly waiting = new Set<Socket>();
  private isOpen = false;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Gatekeeper> {
    const server = createServer();
    const keeper = new Gatekeeper(server);
    server.on('connection', (socket) => {
      keeper.take(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return keeper;
  }

  get url(): string {
    return `tcp://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** For whoever comes from now on; who was never answered is not. */
  open(): void {
    this.isOpen = true;
  }

  stop(): void {
    this.server.close();
    for (const socket of this.waiting) socket.destroy();
  }

  private take(near: Socket): void {
    this.waiting.add(near);
    near.on('error', () => near.destroy()).on('close', () => this.waiting.delete(near));
    if (!this.isOpen) return;
    const far = connect(ENGINE);
    far.on('error', () => near.destroy());
    near.pipe(far).pipe(near);
  }
}

describeWith(
  ['temporal', 'restic', 'docker', 'compose'],
  'a Docker Engine that takes questions and never answers',
  () => {
    let engine: Gatekeeper;
    let pawl: PawlEnvironment;
    let stack: ReleasedStack;

    beforeAll(async () => {
      engine = await Gatekeeper.start();
      pawl = await startPawl({ workerEnv: { DOCKER_HOST: engine.url } });
      stack = await ReleasedStack.create(pawl);
    });
    afterAll(async () => {
      await stack.remove();
      await pawl.stop();
      engine.stop();
    });

    it('is told by doctor in seconds, and waited for by a release, which goes on when it answers', async () => {
      const deployed = stack.stack.follow('deploy', '-y');
      const doctor = ['doctor', '--json'];
      const { stdout } = await pawl.cli(doctor, { cwd: stack.stack.folder, timeoutSeconds: 20 });
      expect(stdout).toContain('has accepted the question and not answered');

      engine.open();
      expect(await deployed).toMatchObject({ code: 0 });
      // Its first question was given up after a minute.
      const failed = (await pawl.workerLog())
        .split('\n')
        .filter((line) => line.includes('accepted'));
      expect(failed.join('\n')).toContain('"failure":"ServiceUnavailable"');
      expect(await stack.serving()).toBe('1');
    });
  },
);
