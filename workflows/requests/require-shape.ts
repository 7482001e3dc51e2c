import { ApplicationFailure } from '@temporalio/workflow';
import type { z } from 'zod';
import type { FailureDetails } from '../model/failure-type';

const MOST_PROBLEMS = 5;

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
