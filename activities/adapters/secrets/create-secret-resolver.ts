import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { SecretReference } from '../../../workflows/model/stack';
import { AdapterError } from '../../ports/adapter-error';
import type { CommandRunner } from '../../ports/command-runner';
import type { SecretResolver } from '../../ports/secret-resolver';
import { redactor, SHORTEST_REDACTED } from '../process/redact';

/** A password program that waits for a person who is not there would hold the run for ever. */
const COMMAND_TIMEOUT_MILLISECONDS = 60_000;

export interface SecretSources {
  /** The worker's own environment. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Runs the commands of references. */
  readonly hostRunner: CommandRunner;
  /** Told once of each secret that is too short to be redacted. */
  readonly onTooShort?: (message: string) => void;
}

/**
 * Reads secrets where their references point, each time anew: a rotated password is used from the next step on.
 * Keeps what it has read, to redact it in whatever this process says later.
 */
export function createSecretResolver(sources: SecretSources): SecretResolver {
  const known = new Set<string>();
  let redact = redactor(known);
  const learn = (secret: string): void => {
    // Some are used without the white space at their ends.
    if (!known.has(secret)) redact = redactor(known.add(secret).add(secret.trim()));
  };
  return {
    async resolve(reference, { directory }) {
      const secret = checked(reference, await read(sources, reference, directory));
      const isTooShort = secret.length < SHORTEST_REDACTED && !known.has(secret);
      if (isTooShort) sources.onTooShort?.(tooShort(reference));
      learn(secret);
      return secret;
    },
    learn,
    redact: (text) => redact(text),
  };
}

function read(
  sources: SecretSources,
  reference: SecretReference,
  directory: string,
): Promise<string> {
  if ('env' in reference) return fromEnvironment(sources, reference, directory);
  if ('file' in reference) return fromFile(reference, directory);
  return fromCommand(sources, reference, directory);
}

async function fromEnvironment(
  { environment }: SecretSources,
  reference: { readonly env: string },
  directory: string,
): Promise<string> {
  const own = environment[reference.env];
  if (own !== undefined) return own;
  const file = join(directory, '.env');
  const inProject = parseEnv(await dotEnv(reference, file))[reference.env];
  if (inProject !== undefined) return inProject;
  throw unreadable(
    reference,
    `it is neither in the worker's environment nor in ${file}`,
    `Set ${reference.env} for the worker, or write it into that file.`,
  );
}

async function dotEnv(reference: SecretReference, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw unreadable(reference, (error as Error).message, 'The worker must be allowed to read it.');
  }
}

async function fromFile(reference: { readonly file: string }, directory: string): Promise<string> {
  try {
    return withoutLineBreak(await readFile(resolve(directory, reference.file), 'utf8'));
  } catch (error) {
    const advice = "Write the secret there; the worker's user must be allowed to read it.";
    throw unreadable(reference, (error as Error).message, advice);
  }
}

async function fromCommand(
  { hostRunner }: SecretSources,
  reference: { readonly command: readonly string[] },
  directory: string,
): Promise<string> {
  const signal = AbortSignal.timeout(COMMAND_TIMEOUT_MILLISECONDS);
  try {
    const { stdout } = await hostRunner.run(reference.command, { cwd: directory, signal });
    return withoutLineBreak(stdout);
  } catch (error) {
    if (signal.aborted) {
      const advice = 'It must print the secret without asking anybody.';
      throw unreadable(reference, 'it printed no secret within a minute', advice);
    }
    if (!(error instanceof AdapterError)) throw error;
    const message = `the secret ${describe(reference)} cannot be read: ${error.message}`;
    throw new AdapterError(error.kind, message, error.evidence, { cause: error });
  }
}

/** Editors end a file with one, and programs what they print; it is no part of the secret. */
function withoutLineBreak(text: string): string {
  return text.replace(/\r?\n$/, '');
}

function checked(reference: SecretReference, secret: string): string {
  if (secret === '') throw unreadable(reference, 'it is empty', 'An empty one protects nothing.');
  if (!secret.includes('\0')) return secret;
  // No program can be given it, and Node's own error would show it.
  throw unreadable(reference, 'it holds a NUL byte', 'A secret is text.');
}

function tooShort(reference: SecretReference): string {
  return (
    `the secret ${describe(reference)} has fewer than ${SHORTEST_REDACTED} characters: ` +
    'it is not redacted where it shows, and it is easily guessed; choose a longer one'
  );
}

function unreadable(reference: SecretReference, reason: string, advice: string): AdapterError {
  const message = `the secret ${describe(reference)} cannot be read: ${reason}`;
  return new AdapterError('PreconditionFailed', message, { advice });
}

/** As it is written in the stack file. */
function describe(reference: SecretReference): string {
  if ('env' in reference) return `{env: ${reference.env}}`;
  if ('file' in reference) return `{file: ${reference.file}}`;
  return `{command: [${reference.command.join(', ')}]}`;
}
