import { AdapterError } from '../../ports/adapter-error';
import type { ComposeModel } from '../../ports/compose';
import { WRITTEN, WRITTEN_PATHS } from './arguments';
import { bindLate } from './bind-late';
import { differences } from './differences';
import { parse, type ResolvedProject } from './resolve-project';

/** Asks Compose for the configuration of the project's files, or of this model in their place. */
export type AskConfig = (argv: readonly string[], model?: string) => Promise<string>;

export interface HalfRead {
  readonly resolved: Promise<ResolvedProject>;
  /** Where it was asked before. */
  readonly written?: ComposeModel;
  /** Without any, no path can have been misread. */
  readonly mayHaveVariables: boolean;
}

const MOST_PLACES = 10;

/**
 * The project with its variables left in place, and what it comes to with them. Compose alone cannot give it: without their
 * values it takes `${DATA}:/data` for a volume, `${DATA}/x.env` for a relative path, and drops `:${MODE}`. What it misread is
 * put right, and then Compose itself says whether the model comes to the same as the files do.
 * Throws: PreconditionFailed (it does not; the places are named, values are not)
 */
export async function readModel(
  ask: AskConfig,
  { resolved: asked, written: before, mayHaveVariables }: HalfRead,
): Promise<readonly [ComposeModel, ResolvedProject]> {
  const [written, paths, resolved] = await Promise.all([
    before ?? ask(WRITTEN).then(parse),
    mayHaveVariables ? ask(WRITTEN_PATHS).then(parse) : undefined,
    asked,
  ]);
  const { project, argv } = resolved;
  const model = bindLate({ written, paths: paths ?? written, resolved: project });
  const means = parse(await ask(argv, JSON.stringify(model)));
  const places = differences(project, means);
  if (places.length === 0) return [model, resolved];
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
