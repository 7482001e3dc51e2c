import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { distFile } from '../../worker/dist-file';
import { freePort } from '../../worker/free-port';
import { docker, uniqueName } from '../support/docker';
import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { describeWith } from '../support/requirements';
import { runProcess } from '../support/run-process';
import { testLabels } from '../support/run-labels';

const ROOT = join(__dirname, '..', '..');
const EXAMPLE = join(ROOT, 'examples', 'melvin');

interface PageCommand {
  readonly command: string;
  /** As a remark behind it promises: `# ends with exit code 3`; else 0. */
  readonly exitCode: number;
}

describeWith(
  ['temporal', 'restic', 'docker', 'compose', 'ferretdb'],
  'the page of examples/melvin',
  () => {
    let pawl: PawlEnvironment;
    let copy: ExampleCopy;

    beforeAll(async () => {
      pawl = await startPawl();
      copy = await ExampleCopy.make(pawl.directory);
    });

    afterAll(async () => {
      await copy.remove();
      await pawl.stop();
    });

    it('does what it says, command by command, without a failed request', async () => {
      const commands = pageCommands(await readFile(join(EXAMPLE, 'README.md'), 'utf8'));
      const served: string[] = [];
      let load: LightLoad | undefined;
      for (const { command, exitCode } of commands) {
        // The clean-up at the end of the page.
        if (command.startsWith('docker compose down')) await load?.stop();
        const ended = await copy.run(command, pawl.env);
        if (ended.code !== exitCode) {
          const told = `${ended.stdout}${ended.stderr}`;
          throw new Error(`${command}: exit code ${ended.code ?? 'none'}\n${told}`);
        }
        if (command.startsWith('curl')) served.push(ended.stdout);
        // The first release takes the port over from plain Compose: from then on nothing may fail.
        if (command.startsWith('pawl deploy')) load ??= new LightLoad(copy.url);
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

/** A release that never gets ready is given up after half of the page's 30 seconds. */
function impatient(text: string): string {
  return text.replace('timeoutSeconds: 30', 'timeoutSeconds: 15');
}

/** The lines of the page's `sh` blocks; what a reader types elsewhere is in blocks of another kind. */
function pageCommands(page: string): PageCommand[] {
  const blocks = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, lines = '']) => lines);
  return blocks
    .flatMap((lines) => lines.split('\n'))
    .filter((line) => line !== '')
    .map((command) => {
      const exitCode = Number(/# ends with exit code (\d+)$/.exec(command)?.[1] ?? 0);
      return { command, exitCode };
    });
}

/** The example in a folder of its own, which names its Compose project, on ports of its own. */
class ExampleCopy {
  private inExample = false;

  private constructor(
    private readonly project: string,
    private readonly folder: string,
    private readonly programs: string,
    private readonly ports: Readonly<Record<string, number>>,
  ) {}

  static async make(directory: string): Promise<ExampleCopy> {
    const project = uniqueName('melvin');
    const ports = { 8000: await freePort('127.0.0.1'), 8004: await freePort('127.0.0.1') };
    const copy = new ExampleCopy(
      project,
      join(directory, project),
      join(directory, 'programs'),
      ports,
    );
    await mkdir(copy.folder);
    for (const name of ['compose.yaml', 'pawl.yaml']) {
      const text = copy.onOwnPorts(await readFile(join(EXAMPLE, name), 'utf8'));
      await writeFile(join(copy.folder, name), impatient(text));
    }
    await copy.labelEverything();
    await copy.provide(
      'pawl',
      `exec '${process.execPath}' '${distFile('client', 'main.js')}' "$@"`,
    );
    await copy.provide('docker', `shift; exec '${process.env['PAWL_COMPOSE'] ?? ''}' "$@"`);
    return copy;
  }

  get url(): string {
    return this.onOwnPorts('http://127.0.0.1:8000');
  }

  /** A line of the page, as a shell in the reader's folder runs it. */
  async run(command: string, env: Readonly<NodeJS.ProcessEnv>) {
    if (command === 'cd examples/melvin') {
      this.inExample = true;
      return { code: 0, stdout: '', stderr: '' };
    }
    const path = `${this.programs}:${process.env['PATH'] ?? ''}`;
    return runProcess(['sh', '-c', this.onOwnPorts(command)], {
      env: { ...env, PATH: path },
      cwd: this.inExample ? this.folder : ROOT,
      timeoutSeconds: 300,
    });
  }

  /** Containers, networks and volumes of the project, and files that the page has made. */
  async left(): Promise<readonly string[]> {
    const label = [`com.docker.compose.project=${this.project}`];
    const containers = await docker.listContainers({ all: true, filters: { label } });
    const networks = await docker.listNetworks({ filters: { label } });
    const { Volumes } = (await docker.listVolumes({ filters: { label } })) as {
      Volumes: { Name: string }[] | null;
    };
    const own = ['compose.yaml', 'compose.override.yaml', 'pawl.yaml'];
    return [
      ...containers.map(({ Names }) => Names[0] ?? ''),
      ...networks.map(({ Name }) => Name),
      ...(Volumes ?? []).map(({ Name }) => Name),
      ...(await readdir(this.folder)).filter((name) => !own.includes(name)),
    ];
  }

  /** Also what a page that broke off has left. */
  async remove(): Promise<void> {
    await this.run('docker compose down --volumes --remove-orphans', {
      ...{ TAG: '1', POSTGRES_PASSWORD: 'none', ...process.env },
    });
  }

  private onOwnPorts(text: string): string {
    return text.replaceAll(
      /127\.0\.0\.1:(8000|8004)\b/g,
      (_, port: string) => `127.0.0.1:${this.ports[port] ?? port}`,
    );
  }

  private async labelEverything(): Promise<void> {
    const labels = testLabels();
    const names = ['api', 'worker', 'postgres', 'mongodb', 'qdrant', 'ollama'];
    const services = Object.fromEntries(names.map((name) => [name, { labels }]));
    const override = { services, networks: { default: { labels } } };
    await writeFile(join(this.folder, 'compose.override.yaml'), JSON.stringify(override));
  }

  private async provide(program: string, script: string): Promise<void> {
    await mkdir(this.programs, { recursive: true });
    await writeFile(join(this.programs, program), `#!/bin/sh\n${script}\n`);
    await chmod(join(this.programs, program), 0o755);
  }
}

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
