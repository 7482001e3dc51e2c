import type { Attempt } from '../../ports/attempt';
import type { ComposeFacts, ComposeModel } from '../../ports/compose';
import type { Site } from '../../ports/site';
import { WRITTEN } from './arguments';
import { readFacts } from './facts';
import { envFilesOf, projectInputs, type Environment, type ProjectInputs } from './inputs';
import { Memory } from './memory';
import { readModel, type AskConfig } from './read-model';
import { fields, parse, resolveProject, type ResolvedProject } from './resolve-project';

export interface ProjectReader {
  facts(site: Site, attempt: Attempt): Promise<ComposeFacts>;
  model(site: Site, attempt: Attempt): Promise<ComposeModel>;
}

interface Reading {
  readonly facts: ComposeFacts;
  readonly model: ComposeModel;
}

/**
 * Reads projects by Compose, which must be started some times for it. A look that asks for both facts and model has them of
 * one reading; and who asks again while nothing has changed of all that Compose has read gets the answer of before.
 */
export function createProjectReader(options: {
  readonly environment: () => Environment;
  readonly ask: (site: Site, attempt: Attempt) => AskConfig;
}): ProjectReader {
  const readings = new Memory<Reading>();
  const facts = new Memory<ComposeFacts>();
  const underWay = new WeakMap<Attempt, Promise<ResolvedProject>>();

  function resolved(site: Site, attempt: Attempt): Promise<ResolvedProject> {
    const others = underWay.get(attempt);
    if (others !== undefined) return others;
    const ask = options.ask(site, attempt);
    const own = resolveProject(ask, site.services ?? []).finally(() => underWay.delete(attempt));
    underWay.set(attempt, own);
    return own;
  }

  async function read(
    site: Site,
    attempt: Attempt,
    inputs?: ProjectInputs,
    written?: ComposeModel,
  ): Promise<Reading> {
    const [model, { project }] = await readModel(options.ask(site, attempt), {
      resolved: resolved(site, attempt),
      mayHaveVariables: inputs?.mayHaveVariables ?? true,
      ...(written === undefined ? {} : { written }),
    });
    return { model, facts: readFacts(project) };
  }

  async function learn(site: Site, attempt: Attempt, inputs: ProjectInputs): Promise<Reading> {
    const key = placeOf(site);
    if (!inputs.mayHaveEnvFiles) {
      return readings.learnOne({ key, inputs, envFiles: [] }, () => read(site, attempt, inputs));
    }
    const written = parse(await options.ask(site, attempt)(WRITTEN));
    const envFiles = envFilesOf(Object.values(fields(written['services'])));
    const work = () => read(site, attempt, inputs, written);
    return envFiles === undefined ? work() : readings.learnOne({ key, inputs, envFiles }, work);
  }

  return {
    facts: async (site, attempt) => {
      const ask = async () => readFacts((await resolved(site, attempt)).project);
      const inputs = await projectInputs(site, options.environment());
      if (inputs === undefined) return ask();
      const key = placeOf(site);
      const known =
        (await readings.recall(key, inputs))?.facts ?? (await facts.recall(key, inputs));
      if (known !== undefined) return known;
      return inputs.mayHaveEnvFiles ? ask() : facts.learnOne({ key, inputs, envFiles: [] }, ask);
    },
    model: async (site, attempt) => {
      const inputs = await projectInputs(site, options.environment());
      if (inputs === undefined) return (await read(site, attempt)).model;
      const known = await readings.recall(placeOf(site), inputs);
      return (known ?? (await learn(site, attempt, inputs))).model;
    },
  };
}

/** A stack has one answer, but for services that its stack file names anew. */
function placeOf({ directory, compose, services }: Site): string {
  return JSON.stringify([directory, compose, services]);
}
