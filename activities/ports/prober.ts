/** Asks a service over HTTP. */
export interface Prober {
  /**
   * One GET, redirects not followed, body not read beyond 64 KiB.
   * Returns `status` 0 with the reason when no answer came within the time: that is an observation, not a failure.
   */
  get(
    url: string,
    timeoutMilliseconds: number,
    signal: AbortSignal,
  ): Promise<{ readonly status: number; readonly milliseconds: number; readonly reason?: string }>;
}
