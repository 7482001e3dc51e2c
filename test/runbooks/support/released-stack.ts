import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { freePort } from '../../../worker/free-port';
import { findProgram } from '../../../toolchain/find-program';
import { docker, TEST_IMAGES } from '../../support/docker';
import type { PawlEnvironment } from '../../support/pawl-environment';
import { testLabels } from '../../support/run-labels';
import { runProcess, type ProcessResult } from '../../support/run-process';
import { ProtectedStack, type Ended } from './protected-stack';

export interface ReleasedStackOptions {
  /** Added to `deploy.api`, or in its place. */
  readonly api?: object;
  /** Environment of `api` in the Compose file. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Further keys of the service `api` in the Compose file. */
  readonly service?: object;
  /** Further keys of the network in the Compose file. */
  readonly network?: object;
  /** Further top-level keys of the stack file. */
  readonly file?: object;
  /** Further top-level keys of the Compose file. */
  readonly compose?: object;
  /** Further services of the Compose file, and what `deploy` says of them. */
  readonly services?: Readonly<Record<string, object>>;
  readonly deploy?: Readonly<Record<string, object>>;
}

/** What a container of the project is, told apart from all others by its labels. */
export interface SeenContainer {
  readonly id: string;
  readonly service: string;
  readonly state: string;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** All that the engine has of the project, by name. */
export interface Belongings {
  readonly containers: readonly string[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
}

const QUICK_API = {
  strategy: 'switch',
  port: 8000,
  ready: { http: '/healthz', consecutive: 2, timeoutSeconds: 60 },
  drainSeconds: 10,
  keepOld: '10m',
};

/** A stack of a Compose project whose service `api` is released behind a switch. */
export class ReleasedStack {
  private constructor(
    readonly stack: ProtectedStack,
    /** Published on 127.0.0.1. */
    readonly port: number,
    private readonly engine: Dockerode,
  ) {}

  static async create(
    pawl: PawlEnvironment,
    options: ReleasedStackOptions = {},
    /** Of the environment's DOCKER_HOST. */
    engine = docker,
  ): Promise<ReleasedStack> {
    const uploads = { uploads: { engine: 'files', path: './uploads' } };
    const stack = await ProtectedStack.create(pawl, { protect: uploads });
    await mkdir(join(stack.folder, 'uploads'));
    await mkdir(join(stack.folder, 'data'));
    await writeFile(join(stack.folder, 'uploads', 'one'), 'one');
    const released = new ReleasedStack(stack, await freePort('127.0.0.1'), engine);
    await released.describe(options);
    return released;
  }

  get project(): string {
    return this.stack.name;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Writes Compose file and stack file anew. */
  async describe(options: ReleasedStackOptions): Promise<void> {
    const labels = testLabels();
    const compose = {
      services: {
        api: {
          image: TEST_IMAGES.app1,
          init: true,
          ports: [`127.0.0.1:${this.port}:8000`],
          environment: options.environment ?? {},
          volumes: ['./data:/data'],
          labels,
          stop_grace_period: '3s',
          ...options.service,
        },
        ...options.services,
      },
      networks: { default: { labels, ...options.network } },
      ...options.compose,
    };
    await writeFile(join(this.stack.folder, 'compose.yaml'), await byId(compose));
    await this.stack.describe({
      protect: { uploads: { engine: 'files', path: './uploads' } },
      more: {
        deploy: { api: { ...QUICK_API, ...options.api }, ...options.deploy },
        ...options.file,
        release: {
          switchImage: await idOf(TEST_IMAGES.switch),
          recoveryPoint: 'never',
          ...(options.file as { release?: object } | undefined)?.release,
        },
      },
    });
  }

  deploy(...argv: readonly string[]): Promise<Ended> {
    // What a test has not changed is released all the same.
    return this.stack.follow('deploy', '-y', '--force', ...argv);
  }

  rollback(...argv: readonly string[]): Promise<Ended> {
    return this.stack.follow('rollback', '-y', ...argv);
  }

  /** Takes a release that must go well. */
  async mustDeploy(...argv: readonly string[]): Promise<Ended> {
    const ended = await this.deploy(...argv);
    if (ended.code !== 0) throw new Error(`${ended.stdout}${ended.stderr}`);
    return ended;
  }

  /** What plain Compose does, in the project's folder. */
  async compose(...argv: readonly string[]): Promise<ProcessResult> {
    const { path } = await findProgram('compose');
    const ended = await runProcess([path, ...argv], { cwd: this.stack.folder, env: process.env });
    if (ended.code !== 0) throw new Error(ended.stderr);
    return ended;
  }

  /** The version that answers at the published port; the reason where none does. */
  async serving(): Promise<string> {
    try {
      const answer = await fetch(`${this.url}/version`, { signal: AbortSignal.timeout(5_000) });
      const text = await answer.text();
      return answer.ok ? text.trim() : `status ${answer.status}`;
    } catch (error) {
      return String(error instanceof Error ? (error.cause ?? error) : error);
    }
  }

  async containers(): Promise<readonly SeenContainer[]> {
    const found = await this.engine.listContainers({ all: true, filters: this.filters() });
    return found
      .map(({ Id, State, ImageID, Labels }) => ({
        id: Id,
        service: Labels['com.docker.compose.service'] ?? '',
        state: State,
        image: ImageID,
        labels: Labels,
      }))
      .sort((a, b) => (a.service < b.service ? -1 : 1));
  }

  /** Names of the services whose containers run. */
  async running(): Promise<readonly string[]> {
    const all = await this.containers();
    return all.filter(({ state }) => state === 'running').map(({ service }) => service);
  }

  /** Versions among many answers: one, where one release serves. */
  async versions(): Promise<readonly string[]> {
    const answers = await Promise.all(Array.from({ length: 20 }, () => this.serving()));
    return [...new Set(answers)].sort();
  }

  async belongings(): Promise<Belongings> {
    const filters = this.filters();
    const [containers, networks, { Volumes }] = await Promise.all([
      this.engine.listContainers({ all: true, filters }),
      this.engine.listNetworks({ filters }),
      // Null where there is none, whatever the types say.
      this.engine.listVolumes({ filters }) as Promise<{ Volumes: { Name: string }[] | null }>,
    ]);
    return {
      containers: containers.flatMap(({ Names }) => Names).sort(),
      networks: networks.map(({ Name }) => Name).sort(),
      volumes: (Volumes ?? []).map(({ Name }) => Name).sort(),
    };
  }

  /** Names that images have for the stack's releases. */
  async heldImages(): Promise<readonly string[]> {
    const listed = await this.engine.listImages({ filters: { reference: ['pawl/*'] } });
    // Null where there is none, whatever the types say.
    const names = listed.flatMap(({ RepoTags }) => (RepoTags as string[] | null) ?? []);
    return names.filter((name) => name.startsWith(`pawl/${this.project}-`)).sort();
  }

  /** Everything of the project. */
  async remove(): Promise<void> {
    for (const { id } of await this.containers()) {
      await this.engine.getContainer(id).remove({ force: true, v: true }).catch(unlessGone);
    }
    const { networks, volumes } = await this.belongings();
    for (const name of networks) await this.engine.getNetwork(name).remove();
    for (const name of volumes) await this.engine.getVolume(name).remove();
    for (const name of await this.heldImages()) await this.engine.getImage(name).remove();
  }

  private filters(): { readonly label: string[] } {
    return { label: [`com.docker.compose.project=${this.project}`] };
  }
}

/** What a worker was about to remove is gone as it should be. */
function unlessGone(error: unknown): void {
  if ((error as { readonly statusCode?: number }).statusCode !== 404) throw error;
}

/** Names the test images by their ids: no registry is asked for them, which takes a second where none can be reached. */
async function byId(compose: object): Promise<string> {
  const text = JSON.stringify(compose, null, 2);
  const [one, two] = [await idOf(TEST_IMAGES.app1), await idOf(TEST_IMAGES.app2)];
  return text
    .replaceAll(JSON.stringify(TEST_IMAGES.app1), JSON.stringify(one))
    .replaceAll(JSON.stringify(TEST_IMAGES.app2), JSON.stringify(two));
}

async function idOf(image: string): Promise<string> {
  return (await docker.getImage(image).inspect()).Id;
}
