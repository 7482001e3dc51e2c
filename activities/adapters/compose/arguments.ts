import { dirname, resolve } from 'node:path';
import type { OneOff, Scale } from '../../ports/compose';
import type { Site } from '../../ports/site';

/*
 * Compose's command lines as pure data. Source: Compose 2.40, `docker compose --help`, `up --help`, `run --help`.
 */

/**
 * The runner's own LANG and TZ would go before those of the project's `.env`, which are the application's: a variable of
 * the environment is stronger. Source: Docker, "Environment variables precedence in Docker Compose"
 */
export const WITHOUT_OUR_OWN: readonly string[] = ['env', '-u', 'LANG', '-u', 'TZ'];

/** Output that is the same on a terminal and in a pipe, and that a message can be taken from. */
const PLAIN = ['--ansi', 'never', '--progress', 'plain'];

/** The project as the stack file says it, or as Compose itself finds it in the directory. */
export function projectArguments({ directory, compose }: Site): readonly string[] {
  const files = (compose?.files ?? []).map((file) => ['--file', resolve(directory, file)]);
  return [...PLAIN, ...files.flat(), ...projectName(compose?.project)];
}

/** A release's file in the place of the project's own: the same project, the same `.env`. */
export function releaseArguments(site: Site, file: string): readonly string[] {
  const place = ['--project-directory', projectDirectory(site), '--file', file];
  return [...PLAIN, ...place, ...projectName(site.compose?.project)];
}

/** Compose's own rule: the folder of the first file. */
export function projectDirectory({ directory, compose }: Site): string {
  const [first] = compose?.files ?? [];
  return first === undefined ? directory : dirname(resolve(directory, first));
}

function projectName(project: string | undefined): readonly string[] {
  return project === undefined ? [] : ['--project-name', project];
}

/** What the project comes to, with the current variables: services of the profiles that are active. */
export const RESOLVED: readonly string[] = ['config', '--format', 'json'];

/** Flags that make these profiles active, and no others. */
export function profileArguments(profiles: readonly string[]): readonly string[] {
  return profiles.flatMap((profile) => ['--profile', profile]);
}

/** The variables that Compose replaces by: its own environment and `.env`. Nothing of it may be kept. */
export const ENVIRONMENT: readonly string[] = ['config', '--environment'];

/**
 * Variables and env files as they are written: what they stand for is read when the release is used. Services of every
 * profile are in it.
 */
export const WRITTEN: readonly string[] = [
  ...['config', '--no-interpolate', '--no-env-resolution', '--format', 'json'],
];

/** The same with each path as it is written: `${DATA}` may be absolute. */
export const WRITTEN_PATHS: readonly string[] = [...WRITTEN, '--no-path-resolution'];

/** Services of every profile, whatever is wrong with those of profiles that nobody asks for. */
const WHOLE_CONFIG: readonly string[] = [
  ...profileArguments(['*']),
  ...['config', '--no-consistency'],
];

/** What a release's file comes to. */
export const RESOLVED_RELEASE: readonly string[] = [...WHOLE_CONFIG, '--format', 'json'];

/** Lines of a service and its hash. */
export function hashArguments(services: readonly string[]): readonly string[] {
  return [...WHOLE_CONFIG, '--hash', services.join(',')];
}

/** On standard input. */
export const STANDARD_INPUT = '-';

/** `docker compose build`: of what it depends on, nothing. */
export function buildArguments(service: string): readonly string[] {
  return ['build', '--', service];
}

export function pushArguments(service: string): readonly string[] {
  return ['push', '--', service];
}

/**
 * Nothing but these services: no dependencies, no build; images were pulled before. Never `--yes`: it would agree to make
 * a volume anew whose description has changed.
 */
const UP = ['--detach', '--no-deps', '--no-build', '--pull', 'never'];

export function upArguments(services: readonly string[]): readonly string[] {
  return ['up', ...UP, '--', ...services];
}

/** `keeps`: what is there already stays as it is, whatever the file, or `.env`, says now. */
export function scaleArguments(service: string, { containers, keeps }: Scale): readonly string[] {
  const kept = keeps ? ['--no-recreate'] : [];
  return ['up', ...UP, '--scale', `${service}=${containers}`, ...kept, '--', service];
}

/** Also what is as the file says. */
export function recreateArguments(services: readonly string[]): readonly string[] {
  return ['up', ...UP, '--force-recreate', '--', ...services];
}

export function stopArguments(
  services: readonly string[],
  graceSeconds: number | undefined,
): readonly string[] {
  const grace = graceSeconds === undefined ? [] : ['--timeout', String(graceSeconds)];
  return ['stop', ...grace, '--', ...services];
}

export function runArguments({ service, command, name, labels }: OneOff): readonly string[] {
  const labelled = Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]);
  const how = ['--detach', '--no-deps', '--no-TTY', '--quiet-pull', '--name', name];
  return ['run', ...how, ...labelled, '--', service, ...command];
}
