import { AdapterError } from '../../ports/adapter-error';
import type { CommandExit } from '../../ports/command-runner';
import { commandEvidence } from '../process/command-failure';
import { withoutValues } from './without-values';

interface Known {
  readonly pattern: RegExp;
  readonly kind: AdapterError['kind'];
  readonly advice?: string;
}

export interface EndedBuild {
  /** Such as `build api`. */
  readonly doing: string;
  /** The project's folder. */
  readonly directory: string;
  readonly argv: readonly string[];
  readonly exit: CommandExit;
  /** The end of what the builder said. */
  readonly output: string;
}

const OF_ENGINE: readonly Known[] = [
  {
    pattern: /permission denied while trying to connect/i,
    kind: 'CredentialsRejected',
    advice: 'Run the worker as root or as a member of the group that owns the socket.',
  },
  {
    pattern:
      /cannot connect to the docker daemon|error during connect|daemon is shutting down|docker\.sock/i,
    kind: 'ServiceUnavailable',
    advice: 'Is the Docker engine running? `docker info` says.',
  },
];

const LOGIN = 'Run `docker login` for this registry as the user of the worker.';
const CORRECT =
  'Correct what the last lines complain about: `docker compose build` is the same build.';

/** In the order in which they are looked for: a step's command may have any words in it. Source: BuildKit, classic builder */
const OF_BUILD: readonly Known[] = [
  {
    pattern: /executor failed running|did not complete successfully|returned a non-zero code/i,
    kind: 'VerificationFailed',
    advice: CORRECT,
  },
  ...OF_ENGINE,
  {
    pattern: /pull access denied|authorization failed|unauthorized/i,
    kind: 'CredentialsRejected',
    advice: `Is the base image's name right? ${LOGIN}`,
  },
  {
    pattern: /no space left on device/i,
    kind: 'CommandFailed',
    advice: 'Free space where the engine keeps its images: `docker system df` shows what is there.',
  },
  {
    pattern: /\bdial\b|i\/o timeout|TLS handshake|failed to do request|toomanyrequests|\bEOF\b/i,
    kind: 'CommandFailed',
  },
  { pattern: /(?:)/, kind: 'VerificationFailed', advice: CORRECT },
];

const OF_PUSH: readonly Known[] = [
  ...OF_ENGINE,
  {
    pattern: /unauthorized|authentication required|no basic auth|denied|forbidden/i,
    kind: 'CredentialsRejected',
    advice: LOGIN,
  },
  {
    pattern:
      /\bdial\b|\blookup\b|no such host|i\/o timeout|deadline exceeded|connection re(?:fused|set)|\bEOF\b|broken pipe|TLS handshake|: 5\d\d/i,
    kind: 'ServiceUnavailable',
  },
  { pattern: /(?:)/, kind: 'CommandFailed' },
];

/** By the last line, which is Compose's own: what a build's steps say of other things stands before it. */
export function buildFailure(ended: EndedBuild): AdapterError {
  return understood(ended, OF_BUILD);
}

export function pushFailure(ended: EndedBuild): AdapterError {
  return understood(ended, OF_PUSH);
}

function understood(ended: EndedBuild, known: readonly Known[]): AdapterError {
  const { doing, directory, exit, output } = ended;
  const stderr = withoutValues(exit.stderrTail).split('\n').filter(isTelling);
  const said = stderr.at(-1) ?? 'it gave no reason';
  const { kind, advice } = known.find(({ pattern }) => pattern.test(said)) as Known;
  const message = `Compose could not ${doing} in ${directory}: ${said}`;
  return new AdapterError(kind, message, {
    ...commandEvidence({ location: 'host', argv: ended.argv, exit }),
    stderrTail: [withoutValues(output), ...stderr.slice(-1)].join('\n').trim(),
    ...(advice === undefined ? {} : { advice }),
  });
}

/** Warnings, and how far each service is, are not why. */
function isTelling(line: string): boolean {
  return (
    line.trim() !== '' && !/level=warning|^\s*(?:Service )?\S+\s+(?:Building|Built)$/.test(line)
  );
}
