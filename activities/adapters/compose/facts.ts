import { AdapterError } from '../../adapter-error';
import type { ComposeFacts, ComposeServiceFacts } from '../../release-ports';

interface Config {
  readonly name?: string;
  readonly services?: Readonly<Record<string, ConfigService>>;
}

interface ConfigService {
  readonly image?: string;
  readonly build?: unknown;
  readonly ports?: readonly { readonly target?: number; readonly published?: string | number }[];
  readonly scale?: number;
  readonly deploy?: { readonly replicas?: number };
  readonly depends_on?: Readonly<Record<string, unknown>>;
}

/** Keeps of Compose's resolved project what a release needs: nothing of an environment. */
export function readFacts(json: string): ComposeFacts {
  const { name, services = {} } = JSON.parse(json) as Config;
  if (name === undefined)
    throw new AdapterError('InternalError', 'Compose gave a project without a name');
  return {
    project: name,
    services: Object.entries(services).map(([service, config]) => serviceFacts(service, config)),
  };
}

function serviceFacts(name: string, config: ConfigService): ComposeServiceFacts {
  return {
    name,
    ...(config.image === undefined ? {} : { image: config.image }),
    builds: config.build !== undefined,
    ports: (config.ports ?? []).flatMap(({ target, published }) =>
      target === undefined
        ? []
        : [{ target, ...(published === undefined ? {} : { published: String(published) }) }],
    ),
    replicas: config.scale ?? config.deploy?.replicas ?? 1,
    dependsOn: Object.keys(config.depends_on ?? {}),
  };
}

/** Of `docker compose config --hash`: a service and its hash a line. */
export function readHashes(lines: string): ReadonlyMap<string, string> {
  const pairs = lines.split('\n').filter((line) => line !== '');
  return new Map(pairs.map((line) => line.split(' ') as [string, string]));
}
