import { resolve } from 'node:path';

export interface RepositoryLocation {
  /** What restic is given. */
  readonly url: string;
  /** The folder, when the repository lies on this host. */
  readonly folder?: string;
}

/** restic's own schemes (internal/backend/all): whatever else has a colon is a path. */
const REMOTE = /^(sftp|rest|s3|s3http|b2|azure|gs|swift|swift-temp-url|rclone):/;

/** Where a repository lies: a relative path is relative to the stack's directory, wherever the worker was started. */
export function repositoryLocation(url: string, directory: string): RepositoryLocation {
  if (REMOTE.test(url)) return { url };
  const folder = resolve(directory, url.replace(/^local:/, ''));
  return { url: folder, folder };
}
