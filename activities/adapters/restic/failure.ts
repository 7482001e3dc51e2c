import { AdapterError } from '../../ports/adapter-error';
import { afterSeconds, commandEvidence, type EndedCommand } from '../process/command-failure';
import { lastWords } from './events';
import { meaningOf, NO_REPOSITORY, type Circumstances } from './meanings';

/**
 * What the end of restic means.
 * `attempted` says what was tried; `saw` is the line on which restic was ended by us, since it would have gone on trying.
 */
export function resticFailure(
  attempted: string,
  command: EndedCommand,
  circumstances: Circumstances,
  saw?: string,
): AdapterError {
  const { exit } = command;
  const words = saw ?? lastWords(exit.stderrTail);
  const helper = helpersWords(exit.stderrTail);
  const all = helper === undefined ? words : `${words}\n${helper}`;
  const meaning = meaningOf(saw === undefined ? exit.code : null, all, circumstances);
  const end = exit.signal === null ? `exit code ${String(exit.code)}` : `signal ${exit.signal}`;
  const detail = [meaning?.reason, helper, words].filter(
    (text) => text !== undefined && text !== '',
  );
  return new AdapterError(
    meaning?.kind ?? 'CommandFailed',
    `${attempted} failed: ${detail.join(': ')} (restic ended with ${end}${afterSeconds(exit)})`,
    { ...commandEvidence(command), ...(meaning && { advice: meaning.advice }) },
  );
}

/** Whether a failure says that there is no repository at the address, or no bucket for one. */
export function saysAbsent(error: unknown): boolean {
  return (
    error instanceof AdapterError &&
    error.kind === 'PreconditionFailed' &&
    error.message.includes(` failed: ${NO_REPOSITORY}`)
  );
}

/** `subprocess ssh: …` and `rclone: …`: restic itself says only that its helper has ended. Its warnings say nothing. */
const HELPER = /^(?:subprocess )?(ssh|rclone): (?!Warning: |.* NOTICE: )/;

function helpersWords(stderrTail: string): string | undefined {
  const line = stderrTail.split('\n').findLast((text) => HELPER.test(text));
  return line?.replace(/^subprocess /, '').trim();
}

/** After it restic neither reads its input nor ends before its input does. Seen with a full disk. */
const GIVEN_UP = /^Save\(.*\) failed: /;

/**
 * Whether a line says that restic will go on trying what cannot succeed: it retries every failed write for 15 minutes,
 * also on a read-only disk, and every failed connection (internal/backend/retry).
 */
export function isHopeless(
  line: string,
  patience: 'network' | 'none',
  circumstances: Circumstances,
): boolean {
  if (GIVEN_UP.test(line)) return true;
  if (!line.includes('returned error, retrying after')) return false;
  const kind = meaningOf(null, line, circumstances)?.kind;
  return patience === 'none' || (kind !== undefined && kind !== 'ServiceUnavailable');
}
