/*
 * Arguments of PostgreSQL's programs. Pure: the connection string is given, no process is started.
 */

/**
 * Custom format, for a restore that can be checked and chosen from; uncompressed, for restic to deduplicate and
 * compress. Large objects are included. Waiting for a lock is bounded: see `held-snapshot.ts`.
 */
export function dumpArguments(
  connection: string,
  options: { readonly snapshotId?: string; readonly lockWaitMilliseconds: number },
): string[] {
  return [
    '--format=custom',
    '--compress=0',
    '--no-password',
    `--lock-wait-timeout=${options.lockWaitMilliseconds}`,
    ...(options.snapshotId === undefined ? [] : [`--snapshot=${options.snapshotId}`]),
    `--dbname=${connection}`,
  ];
}

/** Roles and tablespaces. Without passwords: reading them needs a superuser, and they are secrets. */
export function dumpGlobalsArguments(connection: string): string[] {
  return ['--globals-only', '--no-role-passwords', '--no-password', `--dbname=${connection}`];
}

/** Reads an archive from stdin, and goes on after errors. Only a verbose pg_restore ≥ 15 says which entry each is of. */
export function restoreArguments(connection: string): string[] {
  return ['--verbose', ...strictRestoreArguments(connection).slice(1)];
}

/** Stops at the first error. */
export function strictRestoreArguments(connection: string): string[] {
  return ['--exit-on-error', '--no-password', `--dbname=${connection}`];
}
