import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { distFile } from '../../../worker/dist-file';
import { freePort } from '../../../worker/free-port';
import { docker, uniqueName } from '../../support/docker';
import { runProcess } from '../../support/run-process';
import { testLabels } from '../../support/run-labels';

const ROOT = join(__dirname, '..', '..', '..');
const EXAMPLES = join(ROOT, 'examples');

export interface PageCommand {
  readonly command: string;
  /** As a remark behind it promises: `# ends with exit code 3`; else 0. */
  readonly exitCode: number;
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

export interface Example {
  /** Of its folder in `examples/`. */
  readonly name: string;
  /** Ports that its page and its files name, all on 127.0.0.1. */
  readonly ports: readonly number[];
  readonly services: readonly string[];
  /** What is different in the copy's own files. */
  readonly adapt?: (text: string) => string;
}

/** The example in a folder of its own, which names its Compose project, on ports of its own. */
export class ExampleCopy {
  private inExample = false;

  private constructor(
    private readonly example: Example,
    private readonly project: string,
    private readonly folder: string,
    private readonly programs: string,
    private readonly ports: ReadonlyMap<number, number>,
  ) {}

  static async make(example: Example, directory: string): Promise<ExampleCopy> {
    const project = uniqueName(example.name);
    const ports = new Map<number, number>();
    for (const port of example.ports) ports.set(port, await freePort('127.0.0.1'));
    const folder = join(directory, project);
    const copy = new ExampleCopy(example, project, folder, join(directory, 'programs'), ports);
    await mkdir(copy.folder);
    for (const name of ['compose.yaml', 'pawl.yaml']) {
      const text = copy.onOwnPorts(await readFile(join(EXAMPLES, example.name, name), 'utf8'));
      await writeFile(join(copy.folder, name), example.adapt?.(text) ?? text);
    }
    await copy.labelEverything();
    await copy.provide(
      'pawl',
      `exec '${process.execPath}' '${distFile('client', 'main.js')}' "$@"`,
    );
    await copy.provide('docker', `shift; exec '${process.env['PAWL_COMPOSE'] ?? ''}' "$@"`);
    return copy;
  }

  /** The commands of its page. */
  async commands(): Promise<readonly PageCommand[]> {
    return pageCommands(await readFile(join(EXAMPLES, this.example.name, 'README.md'), 'utf8'));
  }

  /** Of the port that the page names. */
  url(port: number): string {
    return this.onOwnPorts(`http://127.0.0.1:${port}`);
  }

  /** A line of the page, as a shell in the reader's folder runs it. */
  async run(command: string, env: Readonly<NodeJS.ProcessEnv>) {
    if (command === `cd examples/${this.example.name}`) {
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
      /127\.0\.0\.1:(\d+)\b/g,
      (_, port: string) => `127.0.0.1:${this.ports.get(Number(port)) ?? port}`,
    );
  }

  private async labelEverything(): Promise<void> {
    const labels = testLabels();
    const services = Object.fromEntries(this.example.services.map((name) => [name, { labels }]));
    const override = { services, networks: { default: { labels } } };
    await writeFile(join(this.folder, 'compose.override.yaml'), JSON.stringify(override));
  }

  private async provide(program: string, script: string): Promise<void> {
    await mkdir(this.programs, { recursive: true });
    await writeFile(join(this.programs, program), `#!/bin/sh\n${script}\n`);
    await chmod(join(this.programs, program), 0o755);
  }
}
