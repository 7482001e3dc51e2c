import type { LeaveOutChoice, LeftOut } from '../../workflows/model/left-out';
import type { GivenAnswer } from '../../workflows/model/approval';
import type { ResolvedHold } from '../../workflows/model/hold';
import type { Freeze } from '../../workflows/model/queue';
import type { Readable, Writable } from 'node:stream';
import type {
  ContentDigest,
  Json,
  ListedPoint,
  Manifest,
  Part,
  PartFacts,
  RecoveryPointSummary,
  UnreadablePoint,
} from '../../workflows/model/recovery-point';
import type { RestoreTarget } from '../../workflows/model/restore-target';
import type {
  ComposeProject,
  EngineKind,
  ProtectEntry,
  RepositoryDescription,
  SecretReference,
} from '../../workflows/model/stack';

/*
 * The contracts between activities and the world. An adapter implements one port and knows nothing of Temporal.
 *
 * Terminology:
 * - attempt: one call of an activity. Any attempt may be the second; the first may have died at any instruction.
 * - source: where bytes come from; it alone knows whether they were all.
 * - sink: where bytes go; nothing is visible there until it is told that they were all.
 *
 * Common to all: failures are `AdapterError`s; an aborted signal ends every process that the call started and rejects
 * with the signal's reason; nothing is ever passed through a shell; secrets go by environment, descriptor or stdin.
 */

/** A folder of the host that pawl itself needs. */
export interface OwnFolder {
  /** With its article: `the repository`. */
  readonly what: string;
  readonly path: string;
}

/** What an adapter must know of the stack. Built by the activity for each attempt. */
export interface Site {
  readonly stack: string;
  /** Absolute directory of the project on this host. */
  readonly directory: string;
  readonly compose?: ComposeProject;
  /** Compose services that the stack file names for a release: Compose makes their profiles active, as where it is told them. */
  readonly services?: readonly string[];
  /** Where nothing may be restored; known only to what looks at a restore's target. */
  readonly ownFolders?: readonly OwnFolder[];
  /** Reads a secret now. Never keep, log or return its value. */
  secret(reference: SecretReference): Promise<string>;
}

/**
 * Reports movement of bytes: the heartbeat's progress and the stall watchdog's food. Cheap; call it often. Without a
 * figure: work goes on that moves no bytes of the stream, such as the building of an index.
 */
export type OnProgress = (bytesDone?: number) => void;

export interface Attempt {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  /** Names what this attempt starts (`pawl:<run key>:<part>`), so that the next attempt can end what is left of it. */
  readonly owner: string;
}

// ─── Processes ───────────────────────────────────────────────────────────────────────────────────────────────────────

export interface CommandOptions {
  /** Added to a minimal environment (PATH, HOME, LANG=C.UTF-8, TZ=UTC); the worker's own is not handed down. */
  readonly env?: Readonly<Record<string, string>>;
  /** Values that must never show in evidence: redacted plain, base64 and URL-encoded. */
  readonly secrets?: readonly string[];
  readonly cwd?: string;
  readonly stdin?: 'pipe' | 'ignore';
  readonly signal?: AbortSignal;
  /** Sees each line of standard error as it is written, secrets redacted. */
  readonly onStderrLine?: (line: string) => void;
  /** Host only: gigabytes of output will come, which is taken over at less cost. See `RunningCommand.recycle`. */
  readonly bulkOutput?: boolean;
  /** Container only: the user to run as. */
  readonly user?: string;
}

export interface CommandExit {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderrTail: string;
  readonly elapsedSeconds: number;
}

/** A running program, on the host or in a container. It dies with the worker as far as the platform allows. */
export interface RunningCommand {
  readonly argv: readonly string[];
  readonly stdin: Writable | null;
  readonly stdout: Readable;
  /** Takes chunks of bulk output back, whole, when nobody needs their bytes any more: they are written over. */
  readonly recycle?: (chunk: Buffer) => void;
  /** Resolves with any exit, rejects only when the program could not be run or its exit cannot be known. */
  readonly exit: Promise<CommandExit>;
  /** SIGTERM, then SIGKILL after a grace. Idempotent; resolves when it is gone. */
  kill(): Promise<void>;
}

/** Runs programs in one place: on the host, or in one container. */
export interface CommandRunner {
  /** For messages: `host`, or `container melvin-postgres-1`. */
  readonly place: string;
  spawn(argv: readonly string[], options?: CommandOptions): Promise<RunningCommand>;
  /**
   * Runs to the end and returns its output (bounded to 64 MiB).
   * Throws: CommandFailed with evidence on a non-zero exit not listed in `accept`.
   */
  run(
    argv: readonly string[],
    options?: CommandOptions & { readonly input?: string; readonly accept?: readonly number[] },
  ): Promise<{ readonly stdout: string; readonly exit: CommandExit }>;
}

/** The Docker Engine, as far as engines need it: a service's running container. */
export interface Containers {
  /** Throws: PreconditionFailed when the service has no running container · ServiceUnavailable when the daemon is away. */
  runner(site: Site, service: string): Promise<CommandRunner>;
  /** An address on which this host reaches `port` of the service's container. */
  address(site: Site, service: string, port: number): Promise<{ host: string; port: number }>;
}

// ─── Bytes ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A dump being taken. */
export interface ByteSource {
  readonly stream: Readable;
  /** As of `RunningCommand`. Present where it saves something. */
  readonly recycle?: (chunk: Buffer) => void;
  /**
   * Called once, after `stream` ended. Resolves only when the source's exit is known to be a success *and* its own mark
   * of completeness was seen; anything else rejects, and the caller then stores nothing.
   */
  finish(): Promise<PartFacts>;
  /** Ends whatever was started, also in the container or on the server. Idempotent, never rejects. */
  abort(): Promise<void>;
}

/** A dump being restored into a place of its own. */
export interface ByteSink {
  readonly stream: Writable;
  /**
   * Called once, after `stream` was ended. Resolves when all of it was taken in without a single error, but for what the
   * target leaves out.
   */
  finish(): Promise<void>;
  /** As of a source. Does nothing after a `finish` that ended well. */
  abort(): Promise<void>;
  /** Called after `finish`. Absent where all is always taken in, in one go. */
  taken?(): Taken;
}

/** What a sink made of a dump. */
export interface Taken {
  /** Present when the whole dump is to be sent once more, there: some of it could not be taken in before the rest was. */
  readonly again?: ByteSink;
  readonly leftOut: readonly LeftOut[];
  /** Names of the contents that are therefore not as they were. */
  readonly unproved: readonly string[];
}

// ─── Repository ──────────────────────────────────────────────────────────────────────────────────────────────────────

export interface RepositoryProbe {
  readonly state: 'ready' | 'absent';
  /** restic's repository id; absent when there is none. */
  readonly id?: string;
  /** `restic 0.19.1`. */
  readonly program: string;
  /** Free bytes where a local repository lies; absent for a remote one. */
  readonly freeBytes?: number;
}

/** What a stream was, known at its end. */
export interface StreamReceipt {
  /** Random; the snapshot bears it too. It tells the receipt's own snapshot from a torn one of an earlier attempt. */
  readonly uploadId: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly facts: PartFacts;
}

/**
 * One stack's repository. Every call takes the attempt: a backend that never answers must not outlive a cancellation. Calls
 * that come after a run has seen the repository (storing, finding and reading streams, storing manifests) wait for one that
 * is gone (ServiceUnavailable); the others say that there is none (PreconditionFailed).
 */
export interface Repository {
  /** Where it lies on this host; absent when it lies elsewhere. */
  readonly folder?: string;
  /** Throws: CredentialsRejected (wrong password) · ServiceUnavailable · VerificationFailed (damaged). */
  probe(attempt: Attempt): Promise<RepositoryProbe>;
  /** Idempotent: a repository that opens with this password is left alone. */
  initialise(attempt: Attempt): Promise<void>;
  /**
   * Stores one stream as one snapshot, or nothing at all. Withheld end-of-file: restic's stdin is closed only after
   * `source.finish()` resolved and `beforeClose` (which makes the receipt durable) returned. So a snapshot without a
   * receipt is torn by definition and is never used. The source may still be beginning; one that fails to is a failure
   * of the call.
   * Retry: safe; look with `findStream` first.
   */
  storeStream(
    source: ByteSource | Promise<ByteSource>,
    label: StreamLabel,
    attempt: Attempt,
    beforeClose: (receipt: StreamReceipt) => Promise<void>,
  ): Promise<StreamPlace & { readonly receipt: StreamReceipt }>;
  /** The snapshot that this receipt vouches for; undefined when it did not get as far as that. */
  findStream(
    label: StreamLabel,
    receipt: StreamReceipt,
    attempt: Attempt,
  ): Promise<StreamPlace | undefined>;
  /** Reads a stream back. `finish` rejects when restic failed: bytes seen so far prove nothing. */
  readStream(
    snapshotId: string,
    path: string,
    attempt: Attempt,
  ): Promise<{ readonly stream: Readable; finish(): Promise<void>; abort(): Promise<void> }>;
  /** Stores the manifest under its run; returns the recovery point. Idempotent by `manifest.runKey`. */
  storeManifest(manifest: Manifest, attempt: Attempt): Promise<RecoveryPointSummary>;
  /** By the manifests' labels alone; a point whose labels cannot be read hides no other. */
  listRecoveryPoints(stack: string, attempt: Attempt): Promise<FoundPoints>;
  /** What is gone of these points of one stack, newest first, by their ids; a whole point is not in it. */
  findMissingParts(
    points: readonly RecoveryPointSummary[],
    attempt: Attempt,
  ): Promise<ReadonlyMap<string, MissingParts>>;
  /** Throws: PreconditionFailed (no such id) · VerificationFailed (no manifest, a damaged one, another pawl's). */
  readManifest(pointId: string, attempt: Attempt): Promise<Manifest>;
  /** Bytes of the newest stream of each part of a stack, by the part's name: what its next one is likely to have. */
  lastSizes(stack: string, attempt: Attempt): Promise<Readonly<Record<string, number>>>;
  /** Where each part of a manifest lies now, in their order; undefined for what is no longer there. */
  locateParts(manifest: Manifest, attempt: Attempt): Promise<readonly (StreamPlace | undefined)[]>;
}

/** What was stored as recovery points. */
export interface FoundPoints {
  /** Newest first. */
  readonly points: readonly RecoveryPointSummary[];
  readonly unreadable: readonly UnreadablePoint[];
}

/** What of a recovery point is no longer in the repository. */
export interface MissingParts extends Pick<ListedPoint, 'missing' | 'missingParts'> {
  /** Why nothing is known of its parts: its manifest cannot be read. */
  readonly unreadable?: string;
}

/** Where a stream lies in the repository. */
export interface StreamPlace {
  readonly snapshotId: string;
  /** Path of the one file in that snapshot, as restic takes it: hostile part names are encoded by the repository. */
  readonly path: string;
}

/** Names a part's stream in the repository. */
export interface StreamLabel {
  readonly stack: string;
  readonly runKey: string;
  readonly run: string;
  readonly part: Part;
  /** The recovery point's time, ISO 8601: the snapshot's time too. */
  readonly takenAt: string;
}

/** Opens the repository of a stack; no effect by itself. */
export type OpenRepository = (site: Site, description: RepositoryDescription) => Repository;

// ─── Engines ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface ObservedPart {
  readonly part: Part;
  /** What its dump is expected to have, from the server's own figures; a guide for progress and free space. */
  readonly expectedBytes: number;
  /** Set when a backup must leave it out; the reason. */
  readonly skip?: string;
}

export interface EngineObservation {
  readonly entry: string;
  readonly engine: EngineKind;
  /** Server or program, with version, such as `PostgreSQL 15.18`. */
  readonly version: string;
  readonly parts: readonly ObservedPart[];
  /** What a person should know before the run, in sentences. */
  readonly notes: readonly string[];
}

export interface TargetObservation {
  /** Whether `into` exists and holds anything. */
  readonly exists: boolean;
  readonly bytes: number;
  /** Sessions of others on it now, to be told and, at the swap only, disconnected. */
  readonly otherSessions: number;
  /** Free bytes where it would be restored; absent when the engine cannot know. */
  readonly freeBytes?: number;
  /** What the replaced content will be called, where that is not `into` with its suffix. */
  readonly keepAs?: string;
  readonly version: string;
  /** Why a swap could not succeed now, and what to do about it. */
  readonly obstacle?: { readonly obstacle: string; readonly advice: string };
  /** What a person should know of it, in sentences. */
  readonly notes?: readonly string[];
}

/**
 * One kind of database (or files). The extension point: a further kind is one folder in `adapters/` that passes
 * `test/adapters/engine-contract.ts`.
 *
 * A restore is: observeTarget → prepare → receive → digest (compared by the caller) → swap → keep or undo. Each step is
 * idempotent and looks at the world to see what an earlier attempt has done.
 */
export interface Engine<Entry extends ProtectEntry = ProtectEntry> {
  readonly kind: Entry['engine'];

  /** Reads only. Throws: CredentialsRejected · ServiceUnavailable · PreconditionFailed (no such database or folder). */
  observe(site: Site, entry: Entry, attempt: Attempt): Promise<EngineObservation>;

  /** Begins a dump. Ends first what an earlier attempt with the same owner left on the server. */
  dump(site: Site, entry: Entry, part: Part, attempt: Attempt): Promise<ByteSource>;

  observeTarget(
    site: Site,
    entry: Entry,
    part: Part,
    target: RestoreTarget,
    attempt: Attempt,
  ): Promise<TargetObservation>;

  /**
   * What the names of `target.leaveOut` mean in a dump, of which no more is read than is needed. Absent where nothing can
   * be left out. Throws: PreconditionFailed (a dump that cannot be understood)
   */
  chooseLeftOut?(dump: Readable, names: readonly string[]): Promise<LeaveOutChoice>;

  /**
   * Leaves an empty place beside `target.into`, dropping what an earlier attempt of this run put there. `surroundings`
   * are those of the dump's facts: what will replace nothing gets them at the swap, as far as they can be had here.
   * Returns what cannot, in sentences: that is told, and is no reason not to restore.
   */
  prepare(
    site: Site,
    entry: Entry,
    part: Part,
    target: RestoreTarget,
    surroundings: Json | undefined,
    attempt: Attempt,
  ): Promise<readonly string[]>;

  /** Takes a dump in, into the place that `prepare` made. */
  receive(
    site: Site,
    entry: Entry,
    part: Part,
    target: RestoreTarget,
    attempt: Attempt,
  ): Promise<ByteSink>;

  /** Counts and digests the place beside, by the methods that `expected` names, so that the two can be compared. */
  digest(
    site: Site,
    entry: Entry,
    part: Part,
    target: RestoreTarget,
    expected: readonly ContentDigest[],
    attempt: Attempt,
  ): Promise<readonly ContentDigest[]>;

  /**
   * Puts the place beside in the place of `into` and keeps what was there. May be killed between any two of its steps:
   * called again it goes on. Called when all is done it does nothing. Returns whether something was kept.
   */
  swap(
    site: Site,
    entry: Entry,
    part: Part,
    target: RestoreTarget,
    attempt: Attempt,
  ): Promise<{ kept: boolean }>;

  /** Undoes `swap`, also a half-done one, and drops what was restored. Does nothing when nothing was swapped. */
  swapBack(
    site: Site,
    entry: Entry,
    part: Part,
    target: RestoreTarget,
    attempt: Attempt,
  ): Promise<void>;

  /** Drops the place beside. Never touches `into`. Does nothing when it is gone. */
  discardBeside(
    site: Site,
    entry: Entry,
    part: Part,
    target: RestoreTarget,
    attempt: Attempt,
  ): Promise<void>;

  /** Drops what `swap` kept. Does nothing when it is gone. */
  discardKept(
    site: Site,
    entry: Entry,
    part: Part,
    target: RestoreTarget,
    attempt: Attempt,
  ): Promise<void>;
}

export type Engines = {
  readonly [Kind in EngineKind]: Engine<Extract<ProtectEntry, { engine: Kind }>>;
};

// ─── The host's state directory ──────────────────────────────────────────────────────────────────────────────────────

/** What a part's dump was, written before its stream's end is told to the repository. Removed with the run. */
export interface Receipts {
  write(runKey: string, part: Part, receipt: StreamReceipt): Promise<void>;
  read(runKey: string, part: Part): Promise<StreamReceipt | undefined>;
  /** All receipts of a run; called when it has ended. Idempotent. */
  clear(runKey: string): Promise<void>;
}

export interface AuditEntry {
  readonly run: string;
  readonly runKey: string;
  readonly stack: string;
  readonly runbook: string;
  readonly requestedBy: string;
  readonly trigger: string;
  readonly planHash: string;
  readonly outcome: string;
  /** One sentence. */
  readonly summary: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Why it was started in a freeze of the calendar. */
  readonly despiteFreeze?: string;
  /** Who said yes to the plan, and why; absent where nobody did. */
  readonly approvals?: readonly GivenAnswer[];
  /** Who said no. */
  readonly rejectedBy?: GivenAnswer;
  /** What people have decided about steps that had failed. */
  readonly holds?: readonly ResolvedHold[];
}

/** Append-only, hash-chained JSON lines per stack. */
export interface AuditRecord {
  /** Idempotent by `runKey`. Durable (fsync) when it returns. Throws InternalError when the chain is broken. */
  append(entry: AuditEntry): Promise<void>;
  /** Highest run number recorded for the stack; 0 when none. Throws InternalError when the chain is broken. */
  highestRunNumber(stack: string): Promise<number>;
  /** The stack's lines as they stand, oldest first. A broken chain is no failure here: a copy of it is evidence. */
  read(stack: string): Promise<readonly string[]>;
}

/** What `pawl freeze` has said of the host's stacks: it holds also when Temporal has lost the stack's workflow. */
export interface Freezes {
  /** Replaces an earlier one. Durable (fsync) when it returns. Idempotent. */
  keep(stack: string, freeze: Freeze): Promise<void>;
  /** False when there was none. */
  lift(stack: string): Promise<boolean>;
  /** Throws: InternalError (what is kept cannot be read) */
  of(stack: string): Promise<Freeze | undefined>;
}

// ─── Temporal, seen from an activity ─────────────────────────────────────────────────────────────────────────────────

/** Runs as Temporal knows them: only for the stack workflow that has lost its memory. */
export interface RunDirectory {
  /** Runs that are open now, and the highest number ever taken, which is `recorded` (from the audit record) or more. */
  find(
    stack: string,
    recorded: number,
  ): Promise<{ readonly open: readonly OpenRun[]; readonly highest: number }>;
  /** Resolves when the run is closed, however it closed. */
  awaitEnd(runId: string, signal: AbortSignal): Promise<{ readonly outcome: string }>;
}

export interface OpenRun {
  readonly number: number;
  readonly runbook: string;
  readonly requestedBy: string;
}

/** Everything the activities reach the world through. The worker builds it; tests build another. */
export interface Ports {
  readonly engines: Engines;
  readonly openRepository: OpenRepository;
  readonly receipts: Receipts;
  readonly audit: AuditRecord;
  readonly freezes: Freezes;
  readonly runs: RunDirectory;
  /** Resolves secret references of a stack on this host. */
  readonly secrets: SecretResolver;
  readonly host: string;
}

export interface SecretResolver {
  /**
   * Throws: PreconditionFailed that names the reference and where it was looked for, never a value · CommandFailed (the
   * command of a reference failed).
   */
  resolve(reference: SecretReference, site: Pick<Site, 'directory' | 'compose'>): Promise<string>;
  /** Of a secret that was read elsewhere, such as what `docker login` has kept. */
  learn(secret: string): void;
  /** Replaces every secret known so far in this process, plain, base64 and URL-encoded, with `[redacted]`. */
  redact(text: string): string;
}
