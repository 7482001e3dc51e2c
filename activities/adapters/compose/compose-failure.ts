import { AdapterError } from '../../ports/adapter-error';
import { withoutValues } from './without-values';

interface Known {
  readonly pattern: RegExp;
  readonly kind: AdapterError['kind'];
  readonly advice: string;
}

/** What Compose 2.40 and the engine say of the engine, in the order in which it is looked for. */
const OF_ENGINE: readonly Known[] = [
  {
    pattern: /permission denied while trying to connect/i,
    kind: 'CredentialsRejected',
    advice: 'Run the worker as root or as a member of the group that owns the socket.',
  },
  {
    pattern:
      /cannot connect to the docker daemon|error during connect|connection refused|connection reset|daemon is shutting down|unexpected EOF|: EOF\b|context canceled/i,
    kind: 'ServiceUnavailable',
    advice: 'Is the Docker engine running? `docker info` says.',
  },
  {
    // Of a port it is `bind: address already in use`.
    pattern: /(?<!bind: )address already in use$/im,
    kind: 'PreconditionFailed',
    advice:
      'Another container has the static address: remove that one, or leave `ipv4_address` out.',
  },
  {
    pattern: /port is already allocated|address already in use|ports are not available/i,
    kind: 'PreconditionFailed',
    advice:
      'Something else has the port: `docker ps` and `ss -ltnp` show what. Free it, or publish another.',
  },
  {
    pattern: /container name .* is already in use/i,
    kind: 'PreconditionFailed',
    advice:
      'A container of another project has the name: remove it, or leave `container_name` out.',
  },
  {
    pattern: /no such image|pull access denied|manifest unknown|not found: manifest/i,
    kind: 'PreconditionFailed',
    advice: 'The image is gone from this host: `pawl deploy` pulls it again.',
  },
  {
    pattern: /has active endpoints/i,
    kind: 'PreconditionFailed',
    advice:
      'The network exists with other settings, and other services use it: `docker compose down`, then `up`, recreates it.',
  },
  {
    pattern: /declared as external|external (?:volume|network) .*not found/i,
    kind: 'PreconditionFailed',
    advice: 'Create it first: `docker network create` or `docker volume create`.',
  },
  {
    pattern: /removal of container .* is already in progress|is not running|No such container/i,
    kind: 'ServiceUnavailable',
    advice: 'The engine was changing the container at the same time.',
  },
];

/** What Compose prints before a message that is about its files. */
const OF_FILES =
  /yaml:|invalid compose project|validating |required variable|no configuration file provided|no such service|undefined (?:service|volume|network|secret|config)|interpolat|env file|additional propert|must be a |not found: .*compose|failed to read|decoding failed|failed to cast/i;

const CORRECT_FILES = 'Correct the Compose file; nothing was changed.';

const NO_FILE = /no configuration file provided/i;
const NAME_FILES =
  'There is no Compose file in that folder: name yours in the stack file, `compose: {files: […]}`, or the folder that has it, `directory: …`.';

export interface Attempted {
  /** Such as `start api`. */
  readonly doing: string;
  /** The project's folder. */
  readonly directory: string;
  /** Whether it asks the engine for anything. */
  readonly reads: 'files' | 'engine';
}

/**
 * Tells what a failure of Compose is about, by the words it uses; values of the project's `.env` are not told.
 * Throws: nothing; errors that are not of a command come back as they are
 */
export function composeFailure(error: unknown, attempted: Attempted): unknown {
  if (!(error instanceof AdapterError) || error.kind !== 'CommandFailed') return error;
  const { stderrTail: tail, ...evidence } = error.evidence;
  if (tail === undefined) return error;
  const stderrTail = withoutValues(tail);
  const said = lastWords(stderrTail);
  const { kind, advice } = understood(said, attempted.reads);
  const message = `Compose could not ${attempted.doing} in ${attempted.directory}: ${said || 'it gave no reason'}`;
  return new AdapterError(kind, message, {
    ...{ ...evidence, stderrTail },
    ...(advice === undefined ? {} : { advice }),
  });
}

function understood(
  said: string,
  reads: Attempted['reads'],
): { readonly kind: AdapterError['kind']; readonly advice?: string } {
  const known = OF_ENGINE.find(({ pattern }) => reads === 'engine' && pattern.test(said));
  if (known !== undefined) return known;
  if (reads === 'engine' && !OF_FILES.test(said)) return { kind: 'CommandFailed' };
  return { kind: 'PreconditionFailed', advice: NO_FILE.test(said) ? NAME_FILES : CORRECT_FILES };
}

/** Warnings and each container's progress come first. */
function lastWords(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  const telling = lines.filter((line) => line !== '' && !/level=warning/.test(line));
  return telling.slice(-3).join('\n');
}
