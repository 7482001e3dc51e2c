import type { EdgeSite } from '../../workflows/model/edge';

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
