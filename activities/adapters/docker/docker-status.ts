/** The HTTP status with which the engine refused; undefined when it gave no answer. */
export function dockerStatus(error: unknown): number | undefined {
  return (error as { readonly statusCode?: number }).statusCode;
}

/** To catch with: what is not there is undefined. */
export function unlessMissing(error: unknown): undefined {
  if (dockerStatus(error) !== 404) throw error;
}
