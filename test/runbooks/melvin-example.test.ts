import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { describeWith } from '../support/requirements';
import { ExampleCopy, type Example } from './support/example-page';

const MELVIN: Example = {
  name: 'melvin',
  ports: [8000, 8004],
  services: ['api', 'worker', 'postgres', 'mongodb', 'qdrant', 'ollama'],
  // A release that never gets ready is given up after half of the page's 30 seconds.
  adapt: (text) => text.replace('timeoutSeconds: 30', 'timeoutSeconds: 15'),
};

describeWith(
  ['temporal', 'restic', 'docker', 'compose', 'ferretdb'],
  'the page of examples/melvin',
  () => {
    let pawl: PawlEnvironment;
    let copy: ExampleCopy;

    beforeAll(async () => {
      pawl = await startPawl();
      copy = await ExampleCopy.make(MELVIN, pawl.directory);
    });

    afterAll(async () => {
      await copy.remove();
      await pawl.stop();
    });

    it('does what it says, command by command, without a failed request', async () => {
      const served: string[] = [];
      let load: LightLoad | undefined;
      for (const { command, exitCode } of await copy.commands()) {
        // The clean-up at the end of the page.
        if (command.startsWith('docker compose down')) await load?.stop();
        const ended = await copy.run(command, pawl.env);
        if (ended.code !== exitCode) {
          const told = `${ended.stdout}${ended.stderr}`;
          throw new Error(`${command}: exit code ${ended.code ?? 'none'}\n${told}`);
        }
        if (command.startsWith('curl')) served.push(ended.stdout);
        // The first release takes the port over from plain Compose: from then on nothing may fail.
        if (command.startsWith('pawl deploy')) load ??= new LightLoad(copy.url(8000));
      }
      const [one, two] = [
        { version: '1', email: 'ada@example.org' },
        { version: '2', email: 'ada@example.org', display_name: 'Ada' },
      ];
      expect(served.map((text) => JSON.parse(text) as unknown)).toEqual([one, two, two, one]);
      const { answered, failed } = (await load?.stop()) ?? { answered: 0, failed: ['no load'] };
      expect(failed).toEqual([]);
      expect(answered).toBeGreaterThan(100);
      expect(await copy.left()).toEqual([]);
    }, 600_000);
  },
);

/** Four users who read an account four times a second, each on a connection that is kept. */
class LightLoad {
  private readonly failed: string[] = [];
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 4 });
  private readonly users: Promise<unknown>;
  private answered = 0;
  private stopped = false;

  constructor(private readonly url: string) {
    this.users = Promise.all(Array.from({ length: 4 }, () => this.use()));
  }

  async stop(): Promise<{ answered: number; failed: readonly string[] }> {
    this.stopped = true;
    await this.users;
    this.agent.destroy();
    return { answered: this.answered, failed: this.failed };
  }

  private async use(): Promise<void> {
    while (!this.stopped) {
      const ended = await this.ask().catch((error: unknown) => (error as Error).message);
      if (ended === 200) this.answered += 1;
      else this.failed.push(`${new Date().toISOString()} ${ended}`);
      await sleep(250);
    }
  }

  private ask(): Promise<number | string> {
    return new Promise((resolve, reject) => {
      const options = { agent: this.agent, timeout: 10_000 };
      const asked = get(`${this.url}/accounts/1`, options, (answer) => {
        answer.resume().once('end', () => {
          resolve(answer.statusCode ?? 0);
        });
        answer.once('error', reject);
      });
      asked.once('error', reject).once('timeout', () => asked.destroy(new Error('timeout')));
    });
  }
}
