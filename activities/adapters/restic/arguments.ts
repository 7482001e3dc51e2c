import type { Slice } from '../../../workflows/model/retention';

/*
 * restic's command lines, as pure functions: tests compare them as text. The repository's address and every secret go
 * by environment.
 */

/** A lock is mostly gone within seconds; whoever waits longer waits in Temporal, where it can be seen. */
const RETRY_LOCK = '5s';

export interface BackupLabel {
  readonly path: string;
  readonly stack: string;
  readonly tags: readonly string[];
  /** ISO 8601, UTC. */
  readonly takenAt: string;
}

export function backupArguments({ path, stack, tags, takenAt }: BackupLabel): string[] {
  return [
    'backup',
    '--json',
    `--retry-lock=${RETRY_LOCK}`,
    '--stdin',
    `--stdin-filename=${path.slice(1)}`,
    `--host=${stack}`,
    `--time=${resticTime(takenAt)}`,
    ...tags.map((tag) => `--tag=${tag}`),
  ];
}

/**
 * A folder, by its name in the folder where restic is started. Its snapshot before, of which unchanged files are taken over, is
 * the newest of this stack and path. What is to be saved is counted by nobody beforehand: pawl has measured it.
 */
export function treeBackupArguments(
  { path, stack, tags, takenAt }: BackupLabel,
  exclude: readonly string[],
): string[] {
  return [
    'backup',
    '--json',
    `--retry-lock=${RETRY_LOCK}`,
    '--no-scan',
    '--group-by=host,paths',
    `--host=${stack}`,
    `--time=${resticTime(takenAt)}`,
    ...tags.map((tag) => `--tag=${tag}`),
    ...exclude.map((pattern) => `--exclude=${pattern}`),
    '--',
    `./${path}`,
  ];
}

/** Into the folder where restic is started. */
export function treeRestoreArguments(snapshotId: string, lock: boolean): string[] {
  return ['restore', '--json', locking(lock), '--sparse', '--target=.', '--', snapshotId];
}

/** As one tar. */
export function treeDumpArguments(snapshotId: string, lock: boolean): string[] {
  return ['dump', '--json', locking(lock), '--archive=tar', '--', snapshotId, '/'];
}

/** Of the folder, or file, of that path. */
export function treeListArguments(snapshotId: string, path: string): string[] {
  return ['ls', '--json', '--no-lock', '--', snapshotId, path];
}

export function snapshotArguments(snapshotId: string): string[] {
  return ['cat', '--json', '--no-lock', '--', 'snapshot', snapshotId];
}

/**
 * Those that bear all tags of one of the lists; every one when there is no list. Without a lock: nothing is read that prune
 * would take away, and a list must work while somebody prunes.
 */
export function snapshotsArguments(anyOf: readonly (readonly string[])[]): string[] {
  return ['snapshots', '--json', '--no-lock', ...anyOf.map((tags) => `--tag=${tags.join(',')}`)];
}

export function dumpArguments(snapshotId: string, path: string, lock: boolean): string[] {
  return ['dump', '--json', locking(lock), '--', snapshotId, path];
}

function locking(lock: boolean): string {
  return lock ? `--retry-lock=${RETRY_LOCK}` : '--no-lock';
}

export function configArguments(): string[] {
  return ['cat', 'config', '--json', '--no-lock'];
}

/** `asFrom`: with the chunks of the repository that is named as the one to copy from. */
export function initArguments(asFrom = false): string[] {
  const chunks = asFrom ? ['--copy-chunker-params'] : [];
  return ['init', '--json', '--repository-version=2', ...chunks];
}

/** Without `--json`, which leaves no word of its progress (restic 0.19.1). */
export function copyArguments(snapshotIds: readonly string[]): string[] {
  return ['copy', `--retry-lock=${RETRY_LOCK}`, '--', ...snapshotIds];
}

/** Removes only locks whose process is gone from this host, or which nobody has refreshed for 30 minutes. */
export function unlockArguments(): string[] {
  return ['unlock', '--json'];
}

export function listLocksArguments(): string[] {
  return ['list', 'locks', '--no-lock'];
}

export function lockArguments(id: string): string[] {
  return ['cat', '--json', '--no-lock', '--', 'lock', id];
}

/** Locks the repository for itself (restic 0.19.1): a backup that runs is in its way, and it in a backup's. */
export function forgetArguments(snapshotIds: readonly string[]): string[] {
  return ['forget', '--json', `--retry-lock=${RETRY_LOCK}`, '--', ...snapshotIds];
}

/** As much unused data as restic itself tolerates is left; what is repacked at once, which takes its time, is bounded. */
export function pruneArguments(mostRepacked: '50G' | '0'): string[] {
  const bounds = ['--max-unused=5%', `--max-repack-size=${mostRepacked}`];
  return ['prune', `--retry-lock=${RETRY_LOCK}`, ...bounds];
}

/** Without a lock a backup may run beside it: it lists the snapshots first, then what they need (cmd_check.go). */
export function checkArguments(slice: Slice | undefined, lock: boolean): string[] {
  const locking = lock ? `--retry-lock=${RETRY_LOCK}` : '--no-lock';
  const reading = slice === undefined ? [] : [`--read-data-subset=${slice.slice}/${slice.of}`];
  return ['check', '--json', locking, ...reading];
}

/** Octets of all that these snapshots need, each counted once. */
export function statsArguments(anyOf: readonly (readonly string[])[]): string[] {
  const chosen = anyOf.map((tags) => `--tag=${tags.join(',')}`);
  return ['stats', '--json', '--no-lock', '--mode=raw-data', ...chosen];
}

export function listIndexArguments(): string[] {
  return ['list', 'index', '--no-lock'];
}

export function catIndexArguments(id: string): string[] {
  return ['cat', '--json', '--no-lock', '--', 'index', id];
}

/** Which snapshots need these pieces of data, or of trees. */
export function findBlobsArguments(kind: 'data' | 'tree', ids: readonly string[]): string[] {
  return ['find', '--json', '--no-lock', kind === 'data' ? '--blob' : '--tree', '--', ...ids];
}

/** `2026-08-21 10:00:00.123`: restic's own form, read in the child's time zone, which is UTC. */
function resticTime(iso: string): string {
  return new Date(iso).toISOString().replace('T', ' ').replace('Z', '');
}

/**
 * Ahead of a command. `ssh` in restic's service outlives restic, and waits for ever for a server that accepts and says nothing:
 * so it ends by itself, after 20 s without a greeting, and after five minutes without a sign of life.
 */
export function connectionArguments(urls: readonly string[]): string[] {
  if (!urls.some((url) => url.startsWith('sftp:'))) return [];
  const patience = ['ConnectTimeout=20', 'ServerAliveInterval=30', 'ServerAliveCountMax=10'];
  return ['-o', `sftp.args=${patience.map((one) => `-o ${one}`).join(' ')}`];
}
