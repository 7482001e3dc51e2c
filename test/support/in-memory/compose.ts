import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { readFacts } from '../../../activities/adapters/compose/facts';
import { AdapterError } from '../../../activities/ports/adapter-error';
import type { Compose, ComposeModel, ReleaseModel } from '../../../activities/ports/compose';
import type { Definition, SimulatedContainer } from './simulated-container';
import type { SimulatedHost } from './simulated-host';

/** What lies in the project's folder. */
export interface ProjectFiles {
  /** As Compose reads it, in its long form, with variables as `${NAME}`. */
  model: Model;
  /** `.env`. */
  variables: Readonly<Record<string, string>>;
  /** Present: Compose refuses the files, and says so. */
  refusal?: string;
  /** Where Compose finds a path of the model. */
  place?: string;
  /** Versions that builds come to, by service. */
  builds?: Readonly<Record<string, string>>;
}

type Model = ComposeModel & {
  readonly name: string;
  readonly services: Readonly<Record<string, Definition>>;
};

interface Wanted {
  readonly service: string;
  readonly containers?: number;
  /** What is there stays as it is. */
  readonly keeps?: boolean;
}

/** `Compose` on a simulated host: it does with containers what the command line does. */
export function createInMemoryCompose(host: SimulatedHost, files: ProjectFiles): Compose {
  const own = (): Model => {
    if (files.refusal === undefined) return files.model;
    throw new AdapterError('PreconditionFailed', `Compose could not read: ${files.refusal}`);
  };
  const read = async (release: ReleaseModel): Promise<Model> => {
    const text = 'text' in release ? release.text : await readFile(release.file, 'utf8');
    return resolved(JSON.parse(text) as Model, files.variables);
  };
  const bring = async (file: string, wanted: readonly Wanted[]): Promise<void> => {
    host.reachEngine();
    const model = await read({ file });
    for (const one of wanted) new Bringing(host, model, one).bring();
  };
  return {
    model: () => attempted(own),
    locate: () => Promise.resolve(files.place),
    facts: async (_site, _attempt, file) => {
      const model = file === undefined ? resolved(own(), files.variables) : await read({ file });
      return readFacts(model);
    },
    build: (_site, service) =>
      attempted(() => {
        host.reachEngine();
        const version = files.builds?.[service];
        if (version === undefined) throw new AdapterError('VerificationFailed', 'a step failed');
        host.images.add(version, { name: imageOf(own(), service) });
      }),
    push: (_site, service) =>
      attempted(() => {
        host.reachEngine();
        const name = imageOf(own(), service);
        if (host.images.isRegistryAway) throw new AdapterError('ServiceUnavailable', 'no registry');
        host.images.push(host.images.find(name)?.version ?? '', name);
      }),
    hashes: async ({ release, services }) => {
      const model = await read(release);
      return new Map(services.map((name) => [name, hashOf(definitionIn(model, name))]));
    },
    up: ({ file, services }) =>
      bring(
        file,
        services.map((service) => ({ service })),
      ),
    scale: ({ file, service, scale: { containers, keeps } }) =>
      bring(file, [{ service, containers, keeps }]),
    stop: async ({ file, services }) => {
      host.reachEngine();
      const { name } = await read({ file });
      for (const one of services.flatMap((service) => host.ofService(name, service)))
        host.stop(one);
    },
    runDetached: async ({ file, oneOff: { service, command, name, labels } }) => {
      host.reachEngine();
      if (host.find(name) !== undefined) return;
      const model = await read({ file });
      const { ports: _, ...definition } = definitionIn(model, service);
      const container = host.create({
        ...{ name, imageId: requireImage(host, definition) },
        of: { project: model.name, service, number: 1, oneOff: true },
        definition: {
          ...definition,
          // As `docker compose run` has it, whatever the file says.
          restart: 'no',
          ...{ command, labels: { ...definition.labels, ...labels } },
        },
      });
      host.start(container);
    },
  };
}

/** What `docker compose up` without a file does, typed in the project's folder; `remove`: with `--remove-orphans`. */
export function composeUp(
  host: SimulatedHost,
  { model, variables }: ProjectFiles,
  { removesOrphans = false }: { readonly removesOrphans?: boolean } = {},
): void {
  const project = resolved(model, variables);
  for (const service of Object.keys(project.services)) {
    new Bringing(host, project, { service }).bring();
  }
  const orphans = host.all().filter(({ source: { of } }) => {
    return of?.project === project.name && !Object.hasOwn(project.services, of.service);
  });
  if (removesOrphans) for (const orphan of orphans) host.remove(orphan);
}

/** One service brought to what a model says. */
class Bringing {
  private readonly definition: Definition;

  constructor(
    private readonly host: SimulatedHost,
    private readonly model: Model,
    private readonly wanted: Wanted,
  ) {
    this.definition = definitionIn(model, wanted.service);
  }

  bring(): void {
    const { containers = replicasOf(this.definition), keeps = false } = this.wanted;
    const found = this.host.ofService(this.model.name, this.wanted.service);
    for (const surplus of found.slice(containers)) this.host.remove(surplus);
    for (const one of found.slice(0, containers)) {
      if (keeps || !this.isStale(one)) this.host.start(one);
      else this.host.start(this.makeAnew(one));
    }
    const numbers = found.map(({ source: { of } }) => of?.number ?? 0);
    for (let number = 1, count = found.length; count < containers; number += 1) {
      if (numbers.includes(number)) continue;
      this.host.start(this.make(number));
      count += 1;
    }
  }

  private isStale({ source: { madeOf, imageId, tiedTo } }: SimulatedContainer): boolean {
    const image = requireImage(this.host, this.definition);
    return madeOf !== hashOf(this.definition) || imageId !== image || tiedTo !== this.tiedTo();
  }

  /** Compose carries volumes without a name over. */
  private makeAnew(former: SimulatedContainer): SimulatedContainer {
    const { of, unnamedVolumes = [] } = former.source;
    requireImage(this.host, this.definition);
    this.host.remove(former);
    return this.make(of?.number ?? 1, unnamedVolumes);
  }

  private make(
    number: number,
    unnamedVolumes: SimulatedContainer['source']['unnamedVolumes'] = [],
  ) {
    const { service } = this.wanted;
    const { name: project } = this.model;
    const tiedTo = this.tiedTo();
    return this.host.create({
      name: this.definition.container_name ?? `${project}-${service}-${number}`,
      of: { project, service, number, oneOff: false },
      ...{ definition: this.definition, madeOf: hashOf(this.definition), unnamedVolumes },
      imageId: requireImage(this.host, this.definition),
      ...(tiedTo === undefined ? {} : { tiedTo }),
    });
  }

  private tiedTo(): string | undefined {
    const [, service] = /^service:(.*)$/.exec(this.definition.network_mode ?? '') ?? [];
    if (service === undefined) return undefined;
    return this.host.ofService(this.model.name, service)[0]?.id;
  }
}

function definitionIn({ services }: Model, service: string): Definition {
  const found = Object.hasOwn(services, service) ? services[service] : undefined;
  if (found !== undefined) return found;
  throw new AdapterError('PreconditionFailed', `Compose: no such service: ${service}`);
}

function imageOf(model: Model, service: string): string {
  return definitionIn(model, service).image ?? `${model.name}-${service}`;
}

function requireImage(host: SimulatedHost, { image = '' }: Definition): string {
  const found = host.images.find(image);
  if (found !== undefined) return found.id;
  throw new AdapterError('PreconditionFailed', `Compose: No such image: ${image}`);
}

function replicasOf({ scale, deploy }: Definition): number {
  return scale ?? deploy?.replicas ?? 1;
}

/** Of all but the number of its containers. */
function hashOf({ scale: _, deploy: _deploy, ...definition }: Definition): string {
  return createHash('sha256').update(JSON.stringify(definition)).digest('hex');
}

/** Variables replaced in all strings: `${NAME}`, `${NAME:-default}`; `$$` is a dollar. */
function resolved(model: Model, variables: ProjectFiles['variables']): Model {
  const inText = (text: string): string =>
    text.replace(
      /\$\$|\$\{(\w+)(?:(:[-?])([^}]*))?\}/g,
      (_all, name?: string, how?: string, other = '') => {
        if (name === undefined) return '$';
        const value = variables[name];
        if (value === undefined && how === ':?') {
          throw new AdapterError(
            'PreconditionFailed',
            `required variable ${name}: ${String(other)}`,
          );
        }
        return value ?? (how === ':-' ? String(other) : '');
      },
    );
  return JSON.parse(JSON.stringify(model), (_key, value: unknown) =>
    typeof value === 'string' ? inText(value) : value,
  ) as Model;
}

function attempted<Answer>(work: () => Answer): Promise<Answer> {
  return new Promise((resolve) => {
    resolve(work());
  });
}
