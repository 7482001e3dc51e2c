import { join, resolve } from 'node:path';
import type { Site } from '../../ports/site';
import { projectDirectory } from './arguments';

/** Compose's own names, weakest first. Source: Compose specification, "Compose file" */
const OWN_NAMES = ['docker-compose.yml', 'docker-compose.yaml', 'compose.yml', 'compose.yaml'];
const OWN_OVERRIDES = [
  ...['docker-compose.override.yml', 'docker-compose.override.yaml'],
  ...['compose.override.yml', 'compose.override.yaml'],
];

/** Files that a project begins with: those that the stack file names, or whichever there are of Compose's own names. */
export interface ProjectFiles {
  /** One of them at least is there; else Compose looks for its own names in the folders above. */
  readonly first: readonly string[];
  readonly overrides: readonly string[];
}

export function projectFiles(site: Site): ProjectFiles {
  const files = site.compose?.files ?? [];
  if (files.length > 0) {
    return { first: files.map((file) => resolve(site.directory, file)), overrides: [] };
  }
  const own = (names: readonly string[]) => names.map((name) => join(projectDirectory(site), name));
  return { first: own(OWN_NAMES), overrides: own(OWN_OVERRIDES) };
}

/** What the variables of a project come from, beside the environment. */
export function dotEnvOf(site: Site): string {
  return join(projectDirectory(site), '.env');
}
