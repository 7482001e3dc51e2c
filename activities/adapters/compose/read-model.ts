import { AdapterError } from '../../ports/adapter-error';
import type { ComposeModel } from '../../ports/compose';
import { WRITTEN, WRITTEN_PATHS } from './arguments';
import { bindLate } from './bind-late';
import { differences } from './differences';
import { parse, resolveProject } from './resolve-project';

/** Asks Compose for the configuration of the project's files, or of this model in their place. */
export type AskConfig = (argv: readonly string[], model?: string) => Promise<string>;

const MOST_PLACES = 10;

/**
 * The project with its variables left in place. Compose alone cannot give it: without their values it takes `${DATA}:/data`
 * for a volume, `${DATA}/x.env` for a relative path, and drops `:${MODE}`. What it misread is put right, and then Compose
 * itself says whether the model comes to the same as the files do.
 * Throws: PreconditionFailed (it does not; the places are named, values are not)
 */
export async function readModel(ask: AskConfig, named: readonly string[]): Promise<ComposeModel> {
  const [written, paths, { project: resolved, argv }] = await Promise.all([
    ask(WRITTEN).then(parse),
    ask(WRITTEN_PATHS).then(parse),
    resolveProject(ask, named),
  ]);
  const model = bindLate({ written, paths, resolved });
  const means = parse(await ask(argv, JSON.stringify(model)));
  const places = differences(resolved, means);
  if (places.length === 0) return model;
  throw new AdapterError(
    'PreconditionFailed',
    `The Compose files mean something else when their variables are left in place: ${shortened(places)}`,
    { advice: 'Write these places without variables, or with absolute paths.' },
  );
}

function shortened(places: readonly string[]): string {
  const more = places.length - MOST_PLACES;
  return `${places.slice(0, MOST_PLACES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
