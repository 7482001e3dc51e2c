import type { EdgeDescription, EdgeSite } from '../../workflows/model/edge';
import type { KeptLog } from '../../workflows/model/kept-log';
import type { PinnedImage, Release, ReleaseList } from '../../workflows/model/release';
import type { Health } from '../../workflows/model/serving';
import type { Maintenance } from '../../workflows/model/maintenance';
import type { SwitchCounters, Traffic } from '../../workflows/model/traffic';
import type { PostgresEntry } from '../../workflows/model/stack';
import type { Attempt, CommandRunner, Ports, Site } from './data';

export type { SlotTraffic, SwitchCounters, Traffic } from '../../workflows/model/traffic';

/*
 * The contracts of releasing: Compose, images, containers, stored releases, the switch. As in ports.ts, failures are
 * `AdapterError`s, an aborted signal ends what was started, and any call may be the second one.
 */

// ─── Compose ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A Compose project as JSON: `services`, `networks`, `volumes`, `secrets`, `configs`, `name`. */
export type ComposeModel = Readonly<Record<string, unknown>>;

/** A release's own Compose model: of one that is stored, or of one that is to be. */
export type ReleaseModel = { readonly file: string } | { readonly text: string };

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
   * Of the project as it is now, or of a release's own file with the variables of now.
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
   * By service, the hash of what its container would be made of, with the variables of now: `up` makes one anew that was
   * made of another (`ServiceContainer.madeOf`).
   * Throws: PreconditionFailed (a variable is required and missing, there is no such service) · CommandFailed
   */
  hashes(
    site: Site,
    release: ReleaseModel,
    services: readonly string[],
    attempt: Attempt,
  ): Promise<ReadonlyMap<string, string>>;
  /**
   * Makes `services` of a release's file what it says, and nothing else: no dependencies, no other services, no orphans,
   * no pulls. Returns when they are started, not when they are ready. What is so already is left alone.
   * Throws: PreconditionFailed (name or port taken, image missing) · ServiceUnavailable (engine away) · CommandFailed
   */
  up(site: Site, file: string, services: readonly string[], attempt: Attempt): Promise<void>;
  /**
   * As `up`, of one service, to so many containers, whatever the file says of their number.
   * Throws: as `up`
   */
  scale(site: Site, file: string, service: string, scale: Scale, attempt: Attempt): Promise<void>;
  /** Stops them, with this grace before SIGKILL (absent: what the file says). Idempotent. */
  stop(
    site: Site,
    file: string,
    services: readonly string[],
    graceSeconds: number | undefined,
    attempt: Attempt,
  ): Promise<void>;
  /**
   * Starts a command in a one-off container of a service, detached and under this name, unless a container of the name
   * is there: a second attempt finds the first one's. No ports are published, no dependencies started.
   */
  runDetached(site: Site, file: string, oneOff: OneOff, attempt: Attempt): Promise<void>;
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

// ─── The Docker engine, for releases ─────────────────────────────────────────────────────────────────────────────────

export interface ServiceContainer {
  readonly id: string;
  readonly name: string;
  /** Docker's own words: `created`, `running`, `restarting`, `exited`, … */
  readonly state: string;
  /** Absent when the image and the Compose file have no health check. */
  readonly health?: Health;
  /** Of the image it was made from: `sha256:…`. */
  readonly imageId: string;
  /** Compose's hash of the definition it was made of. */
  readonly madeOf?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Its addresses on the project's networks, in the networks' alphabetical order; empty when it does not run. */
  readonly addresses: readonly string[];
  /** What its image and its definition say that it listens on, published or not: `8000/tcp`. */
  readonly exposed: readonly string[];
  readonly restarts: number;
  readonly exitCode: number;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Longest time from a start to the first verdict of its health check; absent without one. */
  readonly verdictSeconds?: number;
  /** Volumes without a name that it has mounted; absent when none. */
  readonly unnamedVolumes?: readonly UnnamedVolume[];
}

/** A volume that nobody named: of an image's `VOLUME`, or of a mount without a source. */
export interface UnnamedVolume {
  /** In the container. */
  readonly path: string;
  /** What the engine calls it. */
  readonly volume: string;
}

export interface EngineOfServices {
  /** Containers of one Compose service of the project, stopped ones too, one-off ones not; by their number. */
  containers(site: Site, project: string, service: string): Promise<readonly ServiceContainer[]>;
  /**
   * The end of what it wrote, with the engine's time before each line. The values of its own environment are not in it.
   * Undefined when there is none of the name or id.
   * Units:  1 MiB at most
   */
  log(container: string): Promise<string | undefined>;
  /** The last lines of what it wrote, for a message. */
  lastLines(containerId: string, lines: number): Promise<string>;
  /**
   * Waits for a one-off container to end. Undefined when there is none of the name.
   * Units:  output = the last 64 KiB of stdout and stderr together; stdout = of stdout alone
   */
  awaitExit(
    name: string,
    attempt: Attempt,
  ): Promise<
    { readonly exitCode: number; readonly output: string; readonly stdout: string } | undefined
  >;
  /** Kills and removes a one-off container, with the volumes without a name that were made for it alone. Idempotent. */
  removeOneOff(name: string): Promise<void>;
  /** Stops it with its own grace. Idempotent, also when it is gone. */
  stop(containerId: string, attempt: Attempt): Promise<void>;
  /** Stops it with its own grace, and removes it; every volume stays that can have something in it. Idempotent. */
  retire(containerId: string, attempt: Attempt): Promise<void>;
  hasVolume(name: string): Promise<boolean>;
  /** Free octets where the engine keeps its images, as far as this host sees them. */
  freeBytes(): Promise<number | undefined>;
}

export interface Images {
  /**
   * What a reference means now: the registry's digest where a registry answers, else the image on this host.
   * Throws: PreconditionFailed (neither has it) · CredentialsRejected · ServiceUnavailable (engine away)
   */
  resolve(reference: string, attempt: Attempt): Promise<ResolvedImage>;
  /** Id of the image that has this name on this host, whatever registries have. Throws: ServiceUnavailable (engine away) */
  onHost(reference: string): Promise<string | undefined>;
  /**
   * What a pull would fetch: none when the image is there, undefined when nobody tells.
   * Throws: ServiceUnavailable (engine away)
   */
  missingLayers(pinned: string, attempt: Attempt): Promise<readonly MissingLayer[] | undefined>;
  /** Makes a pinned image present. Reports bytes. Throws: ServiceUnavailable (registry away) · CommandFailed (disk full) */
  pull(pinned: string, attempt: Attempt): Promise<{ readonly id: string }>;
  /**
   * The paths that an image declares as volumes: of this host's, or as its registry tells. Undefined when nobody tells.
   * Throws: ServiceUnavailable (engine away)
   */
  declaredVolumes(pinned: string, attempt: Attempt): Promise<readonly string[] | undefined>;
  /** Gives an image of this host a further name, so that it is not taken for unused. Throws: PreconditionFailed (it is not here) */
  hold(pinned: string, name: string): Promise<void>;
  /** Drops the names in this repository that `keeps` refuses by their tag; one that a container needs stays. */
  dropNames(repository: string, keeps: (tag: string) => boolean): Promise<void>;
  /** Removes those that have no name and that no container uses. Never rejects for an image that is gone or in use. */
  removeUnused(ids: readonly string[]): Promise<void>;
}

export interface MissingLayer {
  readonly digest: string;
  /** As it is fetched: compressed. */
  readonly sizeBytes: number;
}

export interface ResolvedImage extends Omit<PinnedImage, 'id'> {
  /** Absent when it is not on this host yet. */
  readonly id?: string;
  /** False when only this host has it. */
  readonly inRegistry: boolean;
}

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

// ─── Releases in the host's state directory ──────────────────────────────────────────────────────────────────────────

/** A release being made: its number is taken and its Compose model is written. It exists once it is recorded. */
export interface PreparedRelease {
  readonly number: number;
  /** Absolute path of its `compose.yaml`. */
  readonly file: string;
  readonly modelHash: string;
}

/** `releases/<stack>/<number>/{compose.yaml,release.json}` in the state directory, and which one is current. */
export interface Releases {
  /** Takes the next number for this run, or finds the one it took, and writes the model that `render` makes for it. Durable. */
  prepare(
    stack: string,
    runKey: string,
    render: (number: number) => string,
  ): Promise<PreparedRelease>;
  /** Drops what was prepared and never recorded by this run. Idempotent. */
  discard(stack: string, runKey: string): Promise<void>;
  /** Writes `release.json` and makes it current, in this order. Idempotent by `runKey`. */
  record(release: Release): Promise<void>;
  /** Makes a recorded release current: what a rollback does. Idempotent. */
  setCurrent(stack: string, number: number): Promise<void>;
  /** Recorded ones, newest first, and the current one's number. */
  list(stack: string): Promise<ReleaseList>;
  /** Path of a release's Compose model. Throws: PreconditionFailed when there is none */
  file(stack: string, number: number): Promise<string>;
  readModel(stack: string, number: number): Promise<string>;
  /** Ids of the images of every release that this host keeps of other stacks. */
  imagesOfOthers(stack: string): Promise<ReadonlySet<string>>;
  /** Removes releases. Never the current one: InternalError. Idempotent. */
  remove(stack: string, numbers: readonly number[]): Promise<void>;
}

// ─── The switch ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** What HAProxy must know of one switched service. */
export interface SwitchSettings {
  /** Of the service; the switch listens on the same. */
  readonly port: number;
  /** Path of the health check. */
  readonly check: string;
  /** Containers of each slot. */
  readonly replicas: number;
  /** Further ports of the service, which are passed on as TCP: ascending, without `port`. Absent: none. */
  readonly tcp?: readonly number[];
}

/** A service's name in its stack; the switch's files lie in a folder of their own for it. */
export interface SwitchKey {
  readonly stack: string;
  readonly service: string;
}

/**
 * The HAProxy in front of a service. Its file is the desired state, written whole and atomically; the running process is
 * brought to it over its runtime socket, without a reload. A restarted HAProxy reads the file: no traffic is lost by it.
 */
export interface Switches {
  /** Absolute folder on this host, to be mounted at `SWITCH_MOUNT` in the switch's container. Made when absent. */
  folder(key: SwitchKey): Promise<string>;
  /** What the file says now; undefined when there is none. */
  desired(key: SwitchKey): Promise<
    | {
        readonly settings: SwitchSettings;
        readonly traffic: Traffic;
        readonly maintenance?: Maintenance;
      }
    | undefined
  >;
  /** Writes the file; a maintenance in it stays, whoever sets one meanwhile. No process is told. Durable. */
  write(key: SwitchKey, settings: SwitchSettings, traffic: Traffic): Promise<void>;
  /**
   * Begins or ends (undefined) the maintenance in the file; all else in it stays. No process is told. Durable. Idempotent.
   * Throws: PreconditionFailed (there is no file, or HAProxy has no room for the message)
   */
  maintain(key: SwitchKey, maintenance: Maintenance | undefined): Promise<void>;
  /**
   * Brings the running process to the file. Changed settings (ports, check, replicas) need a reload, which keeps the
   * listening socket; weights do not.
   * Throws: ServiceUnavailable (no HAProxy answers on the socket) · CommandFailed (it refuses)
   */
  apply(key: SwitchKey, attempt: Attempt): Promise<void>;
  /** Throws: ServiceUnavailable (no HAProxy answers) */
  counters(key: SwitchKey, attempt: Attempt): Promise<SwitchCounters>;
  /** Removes the folder. Idempotent. */
  remove(key: SwitchKey): Promise<void>;
}

// ─── The edge ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A site and the port of the switch that it leads to. */
export interface RoutedSite extends EdgeSite {
  readonly port: number;
}

/** A certificate from files, as it lies on this host now. */
export interface EdgeCertificate {
  readonly host: string;
  /** Absolute, without links in them. */
  readonly file: string;
  readonly key: string;
  /** SHA-256 of the certificate's file, in hexadecimal. */
  readonly digest: string;
}

/** All that makes an edge what it should be; no secret is in it. */
export interface WantedEdge {
  /** Text of its Compose model. */
  readonly compose: string;
  /** Caddy's configuration, for the latest version that pawl knows. */
  readonly configuration: string;
  /** Digests of certificates from files. */
  readonly certificates: readonly string[];
}

export interface EdgeState extends WantedEdge {
  /** The configuration as the Caddy of its image takes it. */
  readonly taken: string;
}

/** A run that changes the edge; what it was before is kept under the key. */
export interface EdgeChanger {
  readonly stack: string;
  readonly runKey: string;
}

/** `edge/<stack>/` in the state directory. A Caddy that starts reads its file there, which another one has taken in before. */
export interface EdgeFiles {
  /** Absolute folder on this host, to be mounted at `EDGE_MOUNT`. It may not be there yet. */
  folder(stack: string): string;
  /** What it was brought to last: undefined when there is no edge, `unsettled` when nobody knows how far somebody came. */
  current(stack: string): Promise<EdgeState | 'unsettled' | undefined>;
  /** Keeps what is there as what the run found, unless the run has already; from now on it is unsettled. Durable. */
  begin(changer: EdgeChanger): Promise<void>;
  /** Writes what is only looked at: `configuration` as `EDGE_CANDIDATE`. Returns the path of the Compose model. */
  offer(stack: string, compose: string, configuration: string): Promise<string>;
  /** Writes what is read by whoever starts now. Returns the path of the Compose model. Durable. */
  write(stack: string, compose: string, configuration: string): Promise<string>;
  /** The edge is as the state says. Durable. */
  settle(stack: string, state: EdgeState): Promise<void>;
  /** Path of the Compose model that was written last; undefined when there is no edge. */
  file(stack: string): Promise<string | undefined>;
  /** Removes them all but what a run found. Idempotent. */
  drop(stack: string): Promise<void>;
  /** What the run found when it began: undefined when it never did, `nothing` when there was no edge. */
  former(changer: EdgeChanger): Promise<EdgeState | 'nothing' | undefined>;
}

/** Caddy, in the container of the Compose service `EDGE_SERVICE`. */
export interface Caddy {
  /**
   * Reads the certificates that come from files, and whether each fits its key and its site.
   * Throws: PreconditionFailed (every file that is not there or does not fit)
   */
  certificates(site: Site, edge: EdgeDescription): Promise<readonly EdgeCertificate[]>;
  /** The same each time. For the latest version that pawl knows. */
  configuration(
    edge: EdgeDescription,
    sites: readonly RoutedSite[],
    certificates: readonly EdgeCertificate[],
  ): string;
  /** Without what only later versions know. */
  forEarlier(configuration: string): string;
  /**
   * Lets a Caddy of the Compose model's image look at `EDGE_CANDIDATE` and all that it names, in a container of this name
   * that serves nothing and is gone afterwards. `too-new`: it does not know all that the configuration has.
   * Throws: PreconditionFailed (it refuses; the message has its reason)
   */
  validate(
    site: Site,
    file: string,
    container: string,
    attempt: Attempt,
  ): Promise<'valid' | 'too-new'>;
  /**
   * Lets the running Caddy read its file and certificates again, without a restart.
   * Throws: ServiceUnavailable (none answers yet) · CommandFailed (it refuses, and goes on as it was)
   */
  reload(site: Site, attempt: Attempt): Promise<void>;
}

/** Asks an application's database one question. */
export interface Queries {
  /**
   * Runs a query in a transaction that can only read, with the database's own search path.
   * Returns the one column of its first row; null when there is none.
   * Throws: VerificationFailed (the server refuses the query) · CredentialsRejected · ServiceUnavailable
   */
  ask(
    site: Site,
    entry: PostgresEntry,
    query: string,
    attempt: Attempt,
  ): Promise<boolean | number | string | null>;
}

/** `logs/<stack>/` in the state directory: what containers wrote that are gone. Bounded: the newest runs' only. */
export interface KeptLogs {
  /** Keeps one, in the place of an earlier one of the same container. Durable. */
  keep(stack: string, log: KeptLog): Promise<void>;
  /** Of one run, in the order in which they were begun. */
  list(stack: string, run: string): Promise<readonly KeptLog[]>;
}

export interface ReleasePorts {
  /** Programs on the host: scanners. */
  readonly host: CommandRunner;
  readonly queries: Queries;
  readonly compose: Compose;
  readonly services: EngineOfServices;
  readonly images: Images;
  readonly prober: Prober;
  readonly releases: Releases;
  readonly logs: KeptLogs;
  readonly switches: Switches;
  readonly edges: EdgeFiles;
  readonly caddy: Caddy;
}

/** Everything the activities of a host reach the world through. */
export interface HostPorts extends Ports {
  readonly release: ReleasePorts;
}
