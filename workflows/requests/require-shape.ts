import { ApplicationFailure } from '@temporalio/workflow';
import type { z } from 'zod';
import type { FailureDetails } from '../model/failure-type';
import { REQUEST_FORMAT, type RequestFrame } from '../model/run';

const MOST_PROBLEMS = 5;
const LONGEST_VERSION = 40;

/**
 * Refuses a request of a newer format by name: what is wrong with its shape would not help anybody.
 * Throws: ApplicationFailure (PreconditionFailed)
 */
export function requireFormat(request: unknown): void {
  const { format, pawlVersion } = (request ?? {}) as Partial<Record<keyof RequestFrame, unknown>>;
  if (typeof format !== 'number' || format <= REQUEST_FORMAT) return;
  const by = typeof pawlVersion === 'string' ? ` ${pawlVersion.slice(0, LONGEST_VERSION)}` : '';
  const advice = 'Upgrade pawl on every host first (`pawl version` shows each), then ask again.';
  throw ApplicationFailure.nonRetryable(
    `the request was made by pawl${by} in format ${format}, and this worker reads formats up to ${REQUEST_FORMAT}`,
    'PreconditionFailed',
    { evidence: { advice } } satisfies FailureDetails,
  );
}

/**
 * Refuses what is not of a shape, by the place in it, and never by its values: they may be secret, or long.
 * Throws: ApplicationFailure (PreconditionFailed), which ends an execution, or refuses an update
 */
export function requireShape(schema: z.ZodType, value: unknown, what: string): void {
  const { error } = schema.safeParse(value);
  if (error === undefined) return;
  const problems = error.issues.slice(0, MOST_PROBLEMS).map(problem);
  const more = error.issues.length - problems.length;
  const advice =
    'Upgrade whichever is older: pawl where the request is made, or the worker (`pawl --version` on each).';
  const details: FailureDetails = { evidence: { advice } };
  throw ApplicationFailure.nonRetryable(
    `${what} cannot be read by this worker: ${problems.join('; ')}${more > 0 ? `; and ${more} more` : ''}`,
    'PreconditionFailed',
    details,
  );
}

function problem({ path, message }: z.core.$ZodIssue): string {
  const place = path.map(String).join('.');
  return `${place === '' ? 'it' : place.slice(0, 200)}: ${message.slice(0, 200)}`;
}
