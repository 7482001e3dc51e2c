import { z } from 'zod';
import { AdapterError } from '../../ports/adapter-error';
import type { ComposeFacts, ComposeModel, ComposeServiceFacts } from '../../ports/compose';
import { readMounts, type WithMounts } from './mounts';
import { readShared, type Sharing } from './shared';

interface Config {
  readonly name?: string;
  readonly services?: Readonly<Record<string, ConfigService>>;
  readonly volumes?: Readonly<Record<string, { readonly name?: string } | null>>;
}

interface ConfigService extends WithMounts, Sharing {
  readonly image?: string;
  readonly build?: unknown;
  readonly ports?: readonly { readonly target?: number; readonly published?: string | number }[];
  readonly scale?: number;
  readonly deploy?: { readonly replicas?: number };
  readonly depends_on?: Readonly<Record<string, { readonly condition?: string | null } | null>>;
}

/** Keeps of Compose's resolved project what a release needs: nothing of an environment. */
export function readFacts(project: ComposeModel): ComposeFacts {
  const { name, services, volumes } = parseConfig(project);
  return {
    project: name,
    services: Object.entries(services).map(([service, its]) => ({
      ...serviceFacts(service, its),
      mounts: readMounts(its, volumes),
      sharesWith: readShared(its, name, services),
    })),
  };
}

const mountSchema = z.looseObject({
  type: z.string().nullish(),
  source: z.string().nullish(),
  target: z.string().nullish(),
});

const configSchema = z.looseObject({
  name: z.string(),
  services: z
    .record(
      z.string(),
      z.looseObject({
        image: z.string().nullish(),
        ports: z
          .array(
            z.looseObject({
              target: z.number().nullish(),
              published: z.union([z.string(), z.number()]).nullish(),
            }),
          )
          .nullish(),
        scale: z.number().nullish(),
        deploy: z.looseObject({ replicas: z.number().nullish() }).nullish(),
        depends_on: z
          .record(z.string(), z.looseObject({ condition: z.string().nullish() }).nullable())
          .nullish(),
        volumes: z.array(mountSchema).nullish(),
        tmpfs: z.union([z.string(), z.array(z.string())]).nullish(),
        container_name: z.string().nullish(),
        network_mode: z.string().nullish(),
        ipc: z.string().nullish(),
        pid: z.string().nullish(),
        volumes_from: z.array(z.string()).nullish(),
      }),
    )
    .nullish(),
  volumes: z.record(z.string(), z.looseObject({ name: z.string().nullish() }).nullable()).nullish(),
});

/** Throws: CommandFailed (it is no project) */
function parseConfig(project: unknown): Required<Config> {
  try {
    const { name, services, volumes } = configSchema.parse(project);
    return {
      ...{ name, services: (services ?? {}) as Required<Config>['services'] },
      volumes: (volumes ?? {}) as Required<Config>['volumes'],
    };
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const message = 'What Compose printed is not a project that can be read';
    throw new AdapterError('CommandFailed', message, {}, { cause: error });
  }
}

function serviceFacts(
  name: string,
  config: ConfigService,
): Omit<ComposeServiceFacts, 'mounts' | 'sharesWith'> {
  return {
    name,
    ...(config.image === undefined ? {} : { image: config.image }),
    builds: config.build !== undefined,
    ports: (config.ports ?? []).flatMap(({ target, published }) =>
      target === undefined
        ? []
        : [{ target, ...(isTold(published) ? { published: String(published) } : {}) }],
    ),
    replicas: config.scale ?? config.deploy?.replicas ?? 1,
    dependsOn: Object.keys(config.depends_on ?? {}),
    awaitsEndOf: Object.entries(config.depends_on ?? {})
      .filter(([, how]) => how?.condition === 'service_completed_successfully')
      .map(([other]) => other),
  };
}

/** Compose says an empty one where Docker is to choose, or none. */
function isTold(published: string | number | undefined): boolean {
  return published !== undefined && published !== '' && Number(published) !== 0;
}

/** Of `docker compose config --hash`: a service and its hash a line. */
export function readHashes(lines: string): ReadonlyMap<string, string> {
  const pairs = lines.split('\n').filter((line) => line !== '');
  return new Map(pairs.map((line) => line.split(' ') as [string, string]));
}
