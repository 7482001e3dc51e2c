import type { ApprovalPolicies } from './approval';
import type { Channel } from './channel';
import type { FreezeWindow } from './freeze-window';
import type { DeployDescription } from './deployment';
import type { DrillDescription } from './proof';
import type { EdgeDescription } from './edge';
import type { FreshnessLimits } from './freshness';
import type { SecretReference } from './secret-reference';
import type { KeepPolicy } from './keep';
import type { ScheduleEntry } from './schedule';

/**
 * The normalised stack description: what `pawl.yaml` says, checked and with every default filled in.
 * Plain data: it travels through Temporal's history, so it holds *references* to secrets and never a secret.
 */

export type { SecretReference };

export interface ComposeProject {
  /** Compose files, relative to the stack's directory; Compose's own rules when empty. */
  readonly files: readonly string[];
  /** Project name; Compose's own rule (the directory's name) when absent. */
  readonly project?: string;
}

export interface RepositoryDescription {
  /** Anything restic takes: a path, `s3:…`, `sftp:…`, `rest:…`. A relative path is relative to the stack's directory. */
  readonly url: string;
  readonly password: SecretReference;
  /** Create the repository on the first backup when it is absent. */
  readonly initialise: boolean;
  /** Further environment of restic, such as `AWS_ACCESS_KEY_ID`; `plain`: the value itself, which is no secret. */
  readonly environment: Readonly<Record<string, SecretReference | { readonly plain: string }>>;
}

/** A further repository that holds the stack's recovery points. */
export interface CopyDescription extends RepositoryDescription {
  /** Unique in the stack: `offsite`. */
  readonly name: string;
}

/** A server reached over the network, client tools on the host. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

/** In the service's container (commands by exec there), or by address. Exactly one of the two. */
export type Reach = { readonly service: string } | { readonly address: ServerAddress };

/** Every database of the server, and what belongs to no database (PostgreSQL: roles and tablespaces). */
export interface WholeServer {
  readonly all: true;
}

export interface PostgresEntry {
  readonly name: string;
  readonly engine: 'postgres';
  readonly reach: Reach;
  readonly database: string | WholeServer;
  /** Default: `postgres` in a container, the worker's operating-system user by address. */
  readonly user?: string;
  readonly password?: SecretReference;
  /** Row counts and content digests of every table at the dump's snapshot. */
  readonly digests: boolean;
  readonly restore?: {
    /** Schemas, in which a restore looks for names that stand alone; none when absent. */
    readonly searchPath?: readonly string[];
  };
}

export interface MongodbEntry {
  readonly name: string;
  readonly engine: 'mongodb';
  readonly reach: Reach;
  readonly database: string | WholeServer;
  readonly user?: string;
  readonly password?: SecretReference;
  /** Database that holds the user; MongoDB's own default is `admin`. */
  readonly authenticationDatabase?: string;
}

export interface FilesEntry {
  readonly name: string;
  readonly engine: 'files';
  /** Absent: a folder on the host. Present: a folder inside the service's container, such as a volume's mount point. */
  readonly service?: string;
  /** Relative to the stack's directory (host), absolute (service). */
  readonly path: string;
  /** Patterns of GNU tar (`*.tmp`, `cache/*`); what matches is in no recovery point. */
  readonly exclude: readonly string[];
  /** SQLite databases in it that are entries of their own, relative to it: its part does not have them, and its restore leaves them. */
  readonly databases?: readonly string[];
}

/** One SQLite database, a file. */
export interface SqliteEntry {
  readonly name: string;
  readonly engine: 'sqlite';
  /** Absent: a file of the host. Present: a file on a volume or a mounted folder of the service. */
  readonly service?: string;
  /** Relative to the stack's directory (host), absolute (service). */
  readonly path: string;
  /** Row counts and content digests of every table of the copy. */
  readonly digests: boolean;
}

/** A folder or file as its part names it: as it is written, without slashes at its end. */
export function folderSource({ path }: Pick<FilesEntry | SqliteEntry, 'path'>): string {
  return path.replace(/(?<=.)\/+$/, '');
}

export type ProtectEntry = PostgresEntry | MongodbEntry | SqliteEntry | FilesEntry;
export type EngineKind = ProtectEntry['engine'];

export interface Limits {
  /** Activity heartbeat timeout: how long a dead worker goes unnoticed. */
  readonly heartbeatSeconds: number;
  /** An attempt that moves no byte for so long is ended and tried again. */
  readonly stallSeconds: number;
  /** The whole run, all retries and waits included. */
  readonly deadlineSeconds: number;
}

export interface RestorePolicy {
  /** How long what a restore replaced is kept under another name. */
  readonly keepReplacedSeconds: number;
}

export interface StackDescription {
  readonly name: string;
  /** Name of the host whose worker runs the steps. */
  readonly host: string;
  /** Absolute folder of the project on that host. */
  readonly directory: string;
  readonly compose?: ComposeProject;
  readonly repository: RepositoryDescription;
  /** Further repositories that hold its recovery points; absent when there are none. */
  readonly copies?: readonly CopyDescription[];
  /** The copy that recovery points are read from; the stack's own repository when absent. Whoever asks says it. */
  readonly readFrom?: string;
  readonly protect: readonly ProtectEntry[];
  readonly limits: Limits;
  readonly restore: RestorePolicy;
  /** Which recovery points are kept; all of them when absent. */
  readonly keep?: KeepPolicy;
  /** Absent when the stack file says nothing about releasing. */
  readonly deploy?: DeployDescription;
  /** What must be true of what a drill restores; absent when nothing is said. */
  readonly drill?: DrillDescription;
  /** Absent when the switches are reached as they are. */
  readonly edge?: EdgeDescription;
  /** Runbooks that wait for people; absent when none does. */
  readonly approvals?: ApprovalPolicies;
  /** When runbooks are not started; absent when they always may be. */
  readonly freeze?: readonly FreezeWindow[];
  /** Who is told of what happens; absent when nobody is. */
  readonly notify?: readonly Channel[];
  /** Runbooks that start by themselves; absent when none does. */
  readonly schedule?: readonly ScheduleEntry[];
  /** How old its recovery points may get before people are told; nobody looks when absent. */
  readonly freshness?: FreshnessLimits;
  /** What becomes of a run whose step failed permanently; it is undone when absent. */
  readonly onFailure?: 'hold';
}

/** The task queue of the activities on `host` that take their time: of these few run at once. */
export function hostTaskQueue(host: string): string {
  return `pawl-host-${host}`;
}

/** The task queue of the activities on `host` that are short or urgent: it is never full. */
export function hostNowQueue(host: string): string {
  return `${hostTaskQueue(host)}${NOW_SUFFIX}`;
}

/** No host's name ends so: its queue would be another's. */
export const NOW_SUFFIX = '-now';

/** The task queue of all workflows, and of the activities that touch Temporal only. */
export const WORKFLOW_TASK_QUEUE = 'pawl';
