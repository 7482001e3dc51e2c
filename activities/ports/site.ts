import type { ComposeProject, SecretReference } from '../../workflows/model/stack';

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
