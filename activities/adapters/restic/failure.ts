import { AdapterError } from '../../adapter-error';
import { commandEvidence, type EndedCommand } from '../process/command-failure';
import { lastWords } from './events';

interface Meaning {
  readonly kind: AdapterError['kind'];
  readonly reason: string;
  readonly advice: string;
}

/** Exit codes that mean one thing (restic manual, "Scripting"; needs restic ≥ 0.17.1). */
const EXIT_CODES: Readonly<Record<number, Meaning>> = {
  10: {
    kind: 'PreconditionFailed',
    reason: 'there is no repository',
    advice: 'Check `repository.url` and that its disk is mounted; `pawl backup --init` creates it.',
  },
  11: {
    kind: 'ResourceBusy',
    reason: 'the repository is locked',
    advice: 'It is tried again until the lock is free.',
  },
  12: {
    kind: 'CredentialsRejected',
    reason: 'the password of the repository is wrong',
    advice: 'Check `repository.password` in the stack file.',
  },
  130: {
    kind: 'CommandFailed',
    reason: 'restic was interrupted by somebody else',
    advice: 'It is tried again.',
  },
};

/** Exit code 1 means anything: the cause is in the text, which comes from Go's standard library or the server. */
const TEXTS: readonly (Meaning & { readonly text: RegExp })[] = [
  {
    text: /no space left on device|disk quota exceeded/i,
    kind: 'CommandFailed',
    reason: 'the disk of the repository is full',
    advice: 'Free space where the repository lies, then start the run again.',
  },
  {
    text: /read-only file system/i,
    kind: 'CommandFailed',
    reason: 'the repository is on a read-only file system',
    advice: 'Mount it writable, then start the run again.',
  },
  {
    text: /permission denied|access ?denied|unauthorized|forbidden|InvalidAccessKeyId/i,
    kind: 'CredentialsRejected',
    reason: 'access to the repository is denied',
    advice: "Check the rights of the worker's user, or `repository.environment`.",
  },
  {
    text: /invalid lock file/i,
    kind: 'CommandFailed',
    reason: 'a lock in the repository cannot be read, as after a power cut',
    advice: 'When nothing else uses the repository: `restic unlock --remove-all`.',
  },
  {
    text: /no matching ID found|multiple IDs with prefix/i,
    kind: 'PreconditionFailed',
    reason: 'no single snapshot has this id',
    advice: '`pawl points` lists the recovery points.',
  },
  {
    text: /connection (refused|reset)|no such host|timeout|timed out|unreachable|no route to host|unexpected EOF|name resolution|broken pipe|server misbehaving|\b50[0234]\b/i,
    kind: 'ServiceUnavailable',
    reason: 'the repository cannot be reached',
    advice: 'It is tried again until it answers.',
  },
];

/**
 * What the end of restic means.
 * `attempted` says what was tried; `saw` is the line on which restic was ended by us, since it would have gone on trying.
 */
export function resticFailure(
  attempted: string,
  command: EndedCommand,
  saw?: string,
): AdapterError {
  const { exit } = command;
  const words = saw ?? lastWords(exit.stderrTail);
  const meaning = meaningOf(saw === undefined ? exit.code : null, words);
  const end = exit.signal === null ? `exit code ${String(exit.code)}` : `signal ${exit.signal}`;
  const detail = [meaning?.reason, words].filter((text) => text !== undefined && text !== '');
  return new AdapterError(
    meaning?.kind ?? 'CommandFailed',
    `${attempted} failed: ${detail.join(': ')} (restic ended with ${end} after ${exit.elapsedSeconds.toFixed(1)} s)`,
    { ...commandEvidence(command), ...(meaning && { advice: meaning.advice }) },
  );
}

function meaningOf(exitCode: number | null, words: string): Meaning | undefined {
  const byCode = exitCode === null ? undefined : EXIT_CODES[exitCode];
  return byCode ?? TEXTS.find(({ text }) => text.test(words));
}

/** After it restic neither reads its input nor ends before its input does. Seen with a full disk. */
const GIVEN_UP = /^Save\(.*\) failed: /;

/**
 * Whether a line says that restic will go on trying what cannot succeed: it retries every failed write for 15 minutes,
 * also on a read-only disk, and every failed connection (internal/backend/retry).
 */
export function isHopeless(line: string, patience: 'network' | 'none'): boolean {
  if (GIVEN_UP.test(line)) return true;
  if (!line.includes('returned error, retrying after')) return false;
  const kind = TEXTS.find(({ text }) => text.test(line))?.kind;
  return patience === 'none' || (kind !== undefined && kind !== 'ServiceUnavailable');
}
