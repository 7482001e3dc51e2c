import { ApplicationFailure } from '@temporalio/activity';
import type {
  FailureDetails,
  FailureEvidence,
  FailureType,
} from '../../workflows/model/failure-type';
import { AdapterError } from '../ports/adapter-error';

/** A command that has failed so often will not be mended by waiting. Attempts ended by a dead worker count too. */
const COMMAND_ATTEMPTS = 4;

/** A failure stays in Temporal's history as often as it is passed on, and 2 MiB is the most that is taken at all. */
const LONGEST_TEXT = 4000;
const MOST_ARGUMENTS = 100;

const RETRY_DELAY: Partial<Record<FailureType, '2s' | '10s'>> = {
  ServiceUnavailable: '2s',
  ResourceBusy: '10s',
};

/**
 * Turns what an adapter threw into Temporal's failure, and alone decides whether the step is tried again.
 * Shape:  any error, number of the attempt, redaction → ApplicationFailure { type: FailureType, details: [FailureEvidence] }
 * Retry:  ServiceUnavailable and ResourceBusy until the run's deadline, CommandFailed four times, the rest and what is final never
 */
export function toFailure(
  error: unknown,
  attempt: number,
  redact: (text: string) => string,
): ApplicationFailure {
  if (!(error instanceof AdapterError)) {
    return withStack(error, failure('InternalError', describe(error), {}, true, redact), redact);
  }
  return failure(error.kind, error.message, error.evidence, !isRetried(error, attempt), redact);
}

function isRetried({ kind, isFinal }: AdapterError, attempt: number): boolean {
  if (isFinal) return false;
  if (kind === 'CommandFailed') return attempt < COMMAND_ATTEMPTS;
  return kind === 'ServiceUnavailable' || kind === 'ResourceBusy';
}

function failure(
  type: FailureType,
  message: string,
  evidence: FailureEvidence,
  nonRetryable: boolean,
  redact: (text: string) => string,
): ApplicationFailure {
  const delay = RETRY_DELAY[type];
  return ApplicationFailure.create({
    type,
    message: shortened(redact(message)),
    nonRetryable,
    details: [{ evidence: redactedTexts(evidence, redact) } satisfies FailureDetails],
    ...(delay === undefined ? {} : { nextRetryDelay: delay }),
  });
}

/** The stack of a bug is where it was thrown, not here; an adapter's failure needs none. */
function withStack(
  error: unknown,
  failure: ApplicationFailure,
  redact: (text: string) => string,
): ApplicationFailure {
  if (error instanceof Error && error.stack !== undefined)
    failure.stack = shortened(redact(error.stack));
  return failure;
}

/** Text by text: a secret such as `1` would be found in JSON's numbers too, and what is left would be no JSON. */
function redactedTexts(
  evidence: FailureEvidence,
  redact: (text: string) => string,
): FailureEvidence {
  return JSON.parse(JSON.stringify(evidence), (_key, value: unknown) =>
    typeof value === 'string' ? shortened(redact(value)) : firstArguments(value),
  ) as FailureEvidence;
}

/** Redacted before: a secret cut in two would not be found. */
function shortened(text: string): string {
  if (text.length <= LONGEST_TEXT) return text;
  // Not in the middle of a character that takes two units.
  return `${text.slice(0, LONGEST_TEXT).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

function firstArguments(value: unknown): unknown {
  if (!Array.isArray(value) || value.length <= MOST_ARGUMENTS) return value;
  return [...(value as unknown[]).slice(0, MOST_ARGUMENTS), '…'];
}

/** An unforeseen error is our bug: its place in the code is what helps. */
function describe(error: unknown): string {
  if (!(error instanceof Error))
    return `something that is not an error was thrown: ${String(error)}`;
  const place =
    error.stack
      ?.split('\n')
      .find((line) => line.includes(' at '))
      ?.trim() ?? '';
  return `${error.name}: ${error.message} ${place}`.trim();
}
