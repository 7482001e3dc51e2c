import { HIDDEN_PREFIX } from './tar-commands';
import type { FolderAccess } from './folder-access';
import type { RestoreLayout } from './restore-layout';

/*
 * What stays in a folder while its entries are swapped is written down in `keep`, as a tree of empty folders with the same
 * names, before anything moves: what is mounted may be another thing when the swap is gone on with, or undone, and
 * nothing that has never been moved may then be taken for something restored.
 */

/** Adds what is mounted now to what was written down. Retry: what is there stays; a half-made record is completed. */
export async function recordStaying(
  access: FolderAccess,
  layout: RestoreLayout,
): Promise<readonly string[]> {
  for (const path of await access.mountsInside(layout.into)) {
    if (!isOwnPath(path)) await access.makeFolder(`${layout.staying}/${path}`);
  }
  return stayingIn(access, layout);
}

/** What was written down: the ends of the tree. Empty where nothing was. */
export async function stayingIn(
  access: FolderAccess,
  layout: RestoreLayout,
): Promise<readonly string[]> {
  const root = layout.staying;
  const paths: string[] = [];
  const pending = [''];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const names = await access.folderNames(path === '' ? root : `${root}/${path}`);
    if (names.length === 0 && path !== '') paths.push(path);
    for (const name of names) pending.push(path === '' ? name : `${path}/${name}`);
  }
  return paths;
}

/** What a restore builds and keeps inside the folder is no part of it. */
export function isOwnPath(path: string): boolean {
  return path.startsWith(HIDDEN_PREFIX);
}
