/** What the stack file says about the edge, the Caddy in front of the switches: normalised, every default filled in. */

export interface EdgeDescription {
  /** Caddy's image. */
  readonly image: string;
  /** In the order of the stack file. */
  readonly sites: readonly EdgeSite[];
  /** For the account at the authority that certifies names by itself. */
  readonly email?: string;
  readonly ports: EdgePorts;
}

export interface EdgeSite {
  /** Name that clients ask for, such as `app.example.org`. */
  readonly host: string;
  /** Service of `deploy` behind a switch. */
  readonly service: string;
  readonly certificate: SiteCertificate;
}

/** `automatic`: by ACME · `internal`: by an authority of Caddy's own · else from files. */
export type SiteCertificate = 'automatic' | 'internal' | CertificateFiles;

/** PEM files on the host, relative to the stack's directory or absolute. */
export interface CertificateFiles {
  /** The certificate, then those between it and its authority. */
  readonly file: string;
  readonly key: string;
}

export interface EdgePorts {
  /** Of the host, where the edge listens; every one when absent. */
  readonly address?: string;
  readonly http: number;
  readonly https: number;
}

/** What a deploy does to the edge: it is made, made anew with a gap, given other sites without one, or removed. */
export type EdgeChange = 'make' | 'renew' | 'reload' | 'remove';

/** The edge's Compose service. */
export const EDGE_SERVICE = 'edge';
/** Where the folder with the edge's configuration is mounted in its container. */
export const EDGE_MOUNT = '/pawl-edge';
/** The configuration that it starts with there. */
export const EDGE_CONFIGURATION = 'caddy.json';
/** One that is only looked at. */
export const EDGE_CANDIDATE = 'candidate.json';
/** Where the folders with certificates are mounted, each by the whole of its own path. */
export const CERTIFICATES_MOUNT = '/pawl-edge-certificates';
/** What keeps certificates, keys and accounts that Caddy has made or got. */
export const EDGE_DATA_MOUNT = '/data';
/** Caddy's administration: over this socket alone, in its container alone. */
export const EDGE_SOCKET = '/run/pawl-edge/admin.sock';
