/** One thing `pawl doctor` looked at on a host. */
export interface HostFinding {
  /** Stable, such as `restic-version`. */
  readonly id: string;
  readonly severity: 'ok' | 'warning' | 'problem';
  /** What was found, in one sentence. */
  readonly fact: string;
  /** A command or sentence that mends it; absent when `ok`. */
  readonly fix?: string;
}
