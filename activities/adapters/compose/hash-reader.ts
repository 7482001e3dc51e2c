import type { Attempt } from '../../ports/attempt';
import type { ComposeModel } from '../../ports/compose';
import type { Site } from '../../ports/site';
import { hashArguments, RESOLVED_RELEASE } from './arguments';
import { readHashes } from './facts';
import { envFilesOf, modelInputs, type Environment } from './inputs';
import { Memory, type Question } from './memory';
import { withEnvFilesOf } from './release-text';
import { fields } from './resolve-project';

/** Services of a release's model. */
export interface OfModel {
  readonly site: Site;
  readonly model: ComposeModel;
  readonly services: readonly string[];
}

export interface HashReader {
  /** By service, the hash of what its container would be made of. */
  hashes(of: OfModel, attempt: Attempt): Promise<ReadonlyMap<string, string>>;
  /** Of those that were asked, as they are now. */
  known(of: OfModel): Promise<ReadonlyMap<string, string>>;
}

/**
 * Asks Compose for the hashes by which it makes containers anew, once for each definition with the same variables and env
 * files: that of a switch is the same from release to release.
 */
export function createHashReader(options: {
  readonly environment: () => Environment;
  /** About a model on its standard input. */
  readonly ask: (
    site: Site,
    attempt: Attempt,
  ) => (argv: readonly string[], model: string) => Promise<string>;
}): HashReader {
  const memory = new Memory<string>();

  function questionOf({ site, model }: OfModel, service: string): Question | undefined {
    const its = fields(model['services'])[service];
    const envFiles = envFilesOf([its]);
    if (envFiles === undefined) return undefined;
    const alone = { ...model, services: { [service]: its } };
    const key = JSON.stringify([site.directory, site.compose, service]);
    return { key, inputs: modelInputs(site, options.environment(), alone), envFiles };
  }

  async function known(of: OfModel): Promise<ReadonlyMap<string, string>> {
    const found = of.services.map(async (service) => {
      const question = questionOf(of, service);
      const hash = question && (await memory.recall(question.key, question.inputs));
      return hash === undefined ? [] : [[service, hash] as const];
    });
    return new Map((await Promise.all(found)).flat());
  }

  async function asked(
    { site, model, services }: OfModel,
    attempt: Attempt,
  ): Promise<ReadonlyMap<string, string>> {
    const ask = options.ask(site, attempt);
    const text = JSON.stringify(withEnvFilesOf(model, services));
    // `up` hashes what env files say, `config --hash` their names.
    const all = fields(model['services']);
    const isWhole = services.every((service) => saysAll(all[service]));
    const resolved = isWhole ? text : await ask(RESOLVED_RELEASE, text);
    return readHashes(await ask(hashArguments(services), resolved));
  }

  return {
    known,
    hashes: async (of, attempt) => {
      const before = await known(of);
      const services = of.services.filter((service) => !before.has(service));
      if (services.length === 0) return before;
      const missing = { ...of, services };
      const questions = services.map((service) => questionOf(of, service));
      const told = questions.flatMap((question) => question ?? []);
      if (told.length < questions.length) {
        return new Map([...before, ...(await asked(missing, attempt))]);
      }
      const learnt = await memory.learn(told, async () => {
        const hashes = await asked(missing, attempt);
        return services.map((service) => hashes.get(service) ?? '');
      });
      const pairs = services.map((service, at): [string, string] => [service, learnt[at] ?? '']);
      return new Map([...before, ...pairs]);
    },
  };
}

/** Whether nothing of its environment is to be found elsewhere. */
function saysAll(service: unknown): boolean {
  const { env_file: files, label_file: labels, environment } = fields(service);
  const values = Array.isArray(environment)
    ? environment.map((line) => (String(line).includes('=') ? line : null) as unknown)
    : Object.values(fields(environment));
  return files === undefined && labels === undefined && !values.includes(null);
}
