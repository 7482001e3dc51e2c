import { AdapterError } from '../../ports/adapter-error';
import type { ComposeModel } from '../../ports/compose';
import { ENVIRONMENT, profileArguments, RESOLVED, WRITTEN } from './arguments';

/** Asks Compose about the project's files. */
export type AskCompose = (argv: readonly string[]) => Promise<string>;

export interface ResolvedProject {
  /** Variables replaced. */
  readonly project: ComposeModel;
  /** The command that answers so, for the same profiles. */
  readonly argv: readonly string[];
}

/**
 * What the project comes to. As with Compose itself, services of a profile are in it when the profile is active, or when
 * the stack file names the service. The others may exclude each other, and what they want may be missing: env files,
 * volumes, free names.
 */
export async function resolveProject(
  ask: AskCompose,
  named: readonly string[],
): Promise<ResolvedProject> {
  const project = parse(await ask(RESOLVED));
  const missing = named.filter((service) => !Object.hasOwn(fields(project['services']), service));
  if (missing.length === 0) return { project, argv: RESOLVED };
  const written = fields(parse(await ask(WRITTEN))['services']);
  const wanted = missing.flatMap((service) => profilesOf(written[service]));
  if (wanted.length === 0) return { project, argv: RESOLVED };
  const profiles = [...new Set([...activeProfiles(await ask(ENVIRONMENT)), ...wanted])];
  const argv = [...profileArguments(profiles), ...RESOLVED];
  return { project: parse(await ask(argv)), argv };
}

function profilesOf(service: unknown): readonly string[] {
  const { profiles } = fields(service);
  return Array.isArray(profiles) ? profiles.map(String) : [];
}

/** A flag for one turns those of the environment off. */
function activeProfiles(environment: string): readonly string[] {
  const [, names = ''] = /^COMPOSE_PROFILES=(.*)$/m.exec(environment) ?? [];
  return names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** Throws: CommandFailed (what was printed is no JSON) */
export function parse(json: string): ComposeModel {
  try {
    return (JSON.parse(json) as ComposeModel | null) ?? {};
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const message = 'What Compose printed is not a project that can be read';
    throw new AdapterError('CommandFailed', message, {}, { cause: error });
  }
}

/** Of an object; nothing else has any. */
export function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
