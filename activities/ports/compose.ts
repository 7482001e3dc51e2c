import type { Attempt } from './attempt';
import type { Site } from './site';

/** A Compose project as JSON: `services`, `networks`, `volumes`, `secrets`, `configs`, `name`. */
export type ComposeModel = Readonly<Record<string, unknown>>;

/** A release's own Compose model: of one that is stored, or of one that is to be. */
export type ReleaseModel = { readonly file: string } | { readonly text: string };

/** A call on what a release's file says, in the project that it is of. */
export interface OnRelease {
  readonly site: Site;
  /** Absolute path. */
  readonly file: string;
  readonly attempt: Attempt;
}

/** What a service is once variables are replaced. No value of its environment. */
export interface ComposeServiceFacts {
  readonly name: string;
  /** Absent when Compose names it itself after building. */
  readonly image?: string;
  readonly builds: boolean;
  readonly ports: readonly { readonly target: number; readonly published?: string }[];
  readonly replicas: number;
  readonly dependsOn: readonly string[];
  /** Those of `dependsOn` that are to run once and end well before it starts. */
  readonly awaitsEndOf: readonly string[];
  /** What is mounted in it, by the file alone: an image may declare more. */
  readonly mounts: readonly ServiceMount[];
  /** Services one of whose containers it is tied to: by their network, their processes, their memory or their volumes. */
  readonly sharesWith: readonly string[];
}

/** `kind`: Docker's word. A volume without `name` gets one from the engine, another one for each new container. */
export interface ServiceMount {
  readonly path: string;
  readonly kind: string;
  /** The engine's name of a volume. */
  readonly name?: string;
}

export interface ComposeFacts {
  /** The project's name by Compose's own rules. */
  readonly project: string;
  readonly services: readonly ComposeServiceFacts[];
}

/** The Compose command line, for one project. It reads `.env` as it stands at the time of the call. */
export interface Compose {
  /**
   * Files merged, extended and normalised; variables and env files not replaced, so none of their secrets is in it.
   * Throws: PreconditionFailed (Compose refuses the files; its message has the position) · CommandFailed
   */
  model(site: Site, attempt: Attempt): Promise<ComposeModel>;
  /**
   * Where a path of the model is written, such as `compose.yaml:12:5`. Undefined where no file of the project says it
   * itself, as with `extends` and `include`.
   */
  locate(site: Site, path: readonly (string | number)[]): Promise<string | undefined>;
  /**
   * Of the project as it is now, or of a release's own file with the current variables.
   * Throws: PreconditionFailed (a variable is required and missing, or the files are refused) · CommandFailed
   */
  facts(site: Site, attempt: Attempt, releaseFile?: string): Promise<ComposeFacts>;
  /**
   * Builds the image of a service, from the project's own files; the same again is the builder's cache. Ended, nothing of
   * it runs on. Progress: each time the builder says something.
   * Throws: VerificationFailed (a step of the build fails) · PreconditionFailed (Compose refuses the files) ·
   *         ServiceUnavailable (engine away) · CommandFailed (registry of a base image away, disk full)
   */
  build(site: Site, service: string, attempt: Attempt): Promise<void>;
  /**
   * Pushes the image of a service under its name; what the registry has is not sent again.
   * Throws: CredentialsRejected · ServiceUnavailable (registry or engine away) · CommandFailed
   */
  push(site: Site, service: string, attempt: Attempt): Promise<void>;
  /**
   * By service, the hash of what its container would be made of, with the current variables: `up` recreates one that was
   * made of another (`ServiceContainer.madeOf`).
   * Throws: PreconditionFailed (a variable is required and missing, there is no such service) · CommandFailed
   */
  hashes(asked: {
    readonly site: Site;
    readonly release: ReleaseModel;
    readonly services: readonly string[];
    readonly attempt: Attempt;
  }): Promise<ReadonlyMap<string, string>>;
  /**
   * Makes `services` of a release's file what it says, and nothing else: no dependencies, no other services, no orphans,
   * no pulls. Returns when they are started, not when they are ready. What is so already is left alone.
   * Throws: PreconditionFailed (name or port taken, image missing) · ServiceUnavailable (engine away) · CommandFailed
   */
  up(wanted: OnRelease & { readonly services: readonly string[] }): Promise<void>;
  /**
   * As `up`, of one service, to so many containers, whatever the file says of their number.
   * Throws: as `up`
   */
  scale(wanted: OnRelease & { readonly service: string; readonly scale: Scale }): Promise<void>;
  /** Stops them, with this grace before SIGKILL (absent: what the file says). Idempotent. */
  stop(
    wanted: OnRelease & { readonly services: readonly string[]; readonly graceSeconds?: number },
  ): Promise<void>;
  /**
   * Starts a command in a one-off container of a service, detached and under this name, unless a container of the name
   * is there: a second attempt finds the first one's. No ports are published, no dependencies started.
   */
  runDetached(wanted: OnRelease & { readonly oneOff: OneOff }): Promise<void>;
}

export interface Scale {
  readonly containers: number;
  /** Those that are there are not made anew, although the file, or `.env`, may say something else of them by now. */
  readonly keeps: boolean;
}

export interface OneOff {
  readonly service: string;
  readonly command: readonly string[];
  /** Container name; unique per run and step. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}
