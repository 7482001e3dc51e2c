import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../../toolchain/find-program';
import { docker, uniqueName } from '../../test/support/docker';
import { testLabels } from '../../test/support/run-labels';
import { runProcess } from '../../test/support/run-process';

/** A Compose project in a folder of its own, driven by the `docker-compose` program as a person drives it. */
export class ComposeProject {
  private constructor(
    private readonly program: string,
    readonly name: string,
    readonly folder: string,
  ) {}

  static async create(title: string): Promise<ComposeProject> {
    const { path } = await findProgram('compose');
    const folder = await mkdtemp(join(tmpdir(), 'pawl-bench-'));
    return new ComposeProject(path, uniqueName(title), folder);
  }

  /** Writes the Compose file anew. Labels are added to each service. */
  async describe(services: Readonly<Record<string, object>>): Promise<void> {
    await writeFile(join(this.folder, 'compose.yaml'), composeFile(services));
  }

  /** Throws: Error (another exit code than 0) */
  async compose(...argv: readonly string[]): Promise<string> {
    const line = [this.program, '--project-name', this.name, ...argv];
    const options = { cwd: this.folder, env: process.env, timeoutSeconds: 120 };
    const { code, stdout, stderr } = await runProcess(line, options);
    if (code !== 0) throw new Error(`${line.join(' ')} exited with ${String(code)}:\n${stderr}`);
    return stdout;
  }

  /** Containers of a service that run. */
  async containersOf(service: string): Promise<readonly string[]> {
    return (await this.compose('ps', '--quiet', service)).split('\n').filter(Boolean);
  }

  async remove(): Promise<void> {
    await removeProject(this.name);
    await rm(this.folder, { recursive: true, force: true });
  }
}

export function composeFile(services: Readonly<Record<string, object>>): string {
  const labels = testLabels();
  const labelled = Object.entries(services).map(([name, service]) => [
    name,
    { labels, init: true, ...service },
  ]);
  const model = {
    services: Object.fromEntries(labelled) as object,
    networks: { default: { labels } },
  };
  return JSON.stringify(model, null, 2);
}

/** All containers and networks of a Compose project, at once and without its file. */
export async function removeProject(name: string): Promise<void> {
  const filters = { label: [`com.docker.compose.project=${name}`] };
  for (const { Id } of await docker.listContainers({ all: true, filters })) {
    await docker.getContainer(Id).remove({ force: true, v: true });
  }
  for (const { Id } of await docker.listNetworks({ filters })) {
    await docker.getNetwork(Id).remove();
  }
}
