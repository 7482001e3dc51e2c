export interface BackupOptions {
  /** Entries of `protect` to save; all when empty. */
  readonly only: readonly string[];
  /** Create the repository when it is absent, whatever the stack file says. */
  readonly initialise: boolean;
}

export interface RestoreOptions {
  /** `newest`, an id (a prefix will do), or the newest one not after a time (ISO 8601). */
  readonly point: { readonly newest: true } | { readonly id: string } | { readonly at: string };
  /** Parts (`entry` or `entry/database`) to restore; all when empty. */
  readonly only: readonly string[];
  /** Another database or directory, for exactly one part. */
  readonly into?: string;
  /**
   * The stack's name, typed by the operator. Required where something is replaced, and where a part goes to the stack's
   * own place; only what goes `into` a free name or folder does without it.
   */
  readonly confirmation?: string;
  /** Names of objects that are not restored, of chosen parts that are PostgreSQL databases; none when absent. */
  readonly leaveOut?: readonly string[];
}

export interface DeployOptions {
  /** Images to release in place of the Compose file's, by service. */
  readonly images: Readonly<Record<string, string>>;
  /** Builds on the host what the Compose file has a `build` for; absent: nothing is built. */
  readonly build?: BuildOptions;
  /** Hash of the plan that was shown; another plan is refused. */
  readonly planHash?: string;
}

export interface BuildOptions {
  /** Whether what was built goes to its registry, and is released from there. */
  readonly push: boolean;
}

export interface RollbackOptions {
  /** Release to go back to; the one that the current one replaced when absent. */
  readonly to?: number;
  /**
   * What to do with a schema that has moved on: leave it as it is, take it down by `migrations.down`, or bring all data
   * back as they were before. Absent: one that has moved on is refused, with the ways there are.
   */
  readonly schema?: 'keep' | 'down' | 'restore';
  /** With `schema` = `restore`: as of a restore. */
  readonly leaveOut?: readonly string[];
  /** The stack's name, typed by the operator. Required where data are replaced. */
  readonly confirmation?: string;
  /** Hash of the plan that was shown; another plan is refused. */
  readonly planHash?: string;
}

export interface ForgetOptions {
  /** Hash of the plan that was shown; another plan is refused. */
  readonly planHash?: string;
}

export interface MaintenanceOptions {
  readonly turn: 'on' | 'off';
  /** Services of `deploy` that have a switch; all when empty. */
  readonly only: readonly string[];
  /** What the page says. Present with `on`. */
  readonly message?: string;
}
