import { AdapterError } from '../../activities/ports/adapter-error';

/** The AdapterError that a promise is rejected with. Anything else is a failure of the test. */
export async function failureOf(promise: Promise<unknown>): Promise<AdapterError> {
  const error: unknown = await promise.then(
    () => new Error('It did not fail.'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof AdapterError)) throw error;
  return error;
}
