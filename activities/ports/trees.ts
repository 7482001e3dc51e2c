import type { Readable } from 'node:stream';
import type { StoredNode } from '../../workflows/model/recovery-point';
import type { Attempt } from './attempt';
import type { StreamLabel, StreamLocation, StreamReceipt } from './streams';

/** A folder of this host that is to be stored file by file. */
export interface TreeSource {
  /** Its absolute path, without symbolic links. */
  readonly folder: string;
  /** Absolute patterns of the repository's program. */
  readonly exclude: readonly string[];
  /** Goes down to the folder that holds it; the path handed on leads there whatever is renamed meanwhile. */
  readonly inParent: <T>(work: (cwd: string) => Promise<T>) => Promise<T>;
  /** Called once all was read. Throws: PreconditionFailed when another folder, or none, has its path now. */
  finish(): Promise<void>;
}

/** A place of this host that a tree is restored into. */
export interface TreeSink {
  /** Goes down to a folder of pawl's own: what is restored will be the only new entry in it. */
  readonly inFolder: <T>(work: (cwd: string) => Promise<T>) => Promise<T>;
  /** Called once all was written. */
  finish(): Promise<void>;
}

export interface TreeUpload {
  readonly source: TreeSource;
  readonly label: StreamLabel;
  readonly attempt: Attempt;
  /** Makes the receipt durable. */
  readonly beforeUse: (receipt: StreamReceipt) => Promise<void>;
}

/** A stored tree as one tar, whatever is stored of it: its folder is the first entry, and prefixes all others. */
export interface TreeReading {
  /** SHA-256 over all that is stored of the tree: names, kinds, owners, modes, times, attributes and contents. */
  readonly treeId: string;
  readonly stream: Readable;
  /** Rejects when the program failed: bytes seen so far prove nothing. */
  finish(): Promise<void>;
  abort(): Promise<void>;
}

/** Folders in a repository, stored file by file: what has not changed since the snapshot before is not read again. */
export interface Trees {
  /**
   * Stores a folder as one snapshot, which is of no use without its receipt. Files that vanish meanwhile are left out; one
   * that cannot be read is a failure that names it.
   * Retry: safe; look with `find` first.
   * Throws: CredentialsRejected (a file cannot be read) · PreconditionFailed · ResourceBusy · CommandFailed
   */
  store(upload: TreeUpload): Promise<StreamLocation & { readonly receipt: StreamReceipt }>;
  /** The snapshot that this receipt vouches for; undefined when there is none. */
  find(
    label: StreamLabel,
    receipt: StreamReceipt,
    attempt: Attempt,
  ): Promise<StreamLocation | undefined>;
  /** Reads all of it back; each piece is compared with its hash on the way. */
  read(snapshotId: string, attempt: Attempt): Promise<TreeReading>;
  /**
   * What is in one folder of it, or the one file of that path; the first `most`, and how many there are besides.
   * Throws: PreconditionFailed (no such path)
   */
  list(
    snapshotId: string,
    path: string,
    most: number,
    attempt: Attempt,
  ): Promise<{ readonly nodes: readonly StoredNode[]; readonly more: number }>;
  /**
   * Writes it with holes, hard links, owners, times and attributes.
   * Throws: VerificationFailed (damaged) · CredentialsRejected (what may not be written) · CommandFailed
   */
  restore(snapshotId: string, sink: TreeSink, attempt: Attempt): Promise<void>;
}
