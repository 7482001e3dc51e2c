import { AdapterError } from '../../../ports/adapter-error';
import type { OwnFolder } from '../../../ports/site';
import { nameOfHolder, type FolderAccess } from './folder-access';

/** Folders of the file system hierarchy that a running host cannot do without for a moment. What is in them may be replaced. */
const SYSTEM =
  /^\/$|^\/(bin|boot|dev|etc|lib|lib32|lib64|libx32|run|sbin|tmp|usr|var)$|^\/usr\/(bin|lib|lib32|lib64|libexec|libx32|sbin|share)$|^\/var\/(lib|lib\/(containerd|docker)|tmp)$/;
/** The kernel's own: all of it. */
const KERNEL = /^\/(proc|sys)(\/|$)/;

/**
 * Refuses to replace what the host or pawl itself needs meanwhile. `into` and `ownFolders`: absolute; `into` without links.
 * Throws: PreconditionFailed
 */
export async function refuseNeeded(
  access: FolderAccess,
  into: string,
  ownFolders: readonly OwnFolder[],
): Promise<void> {
  if (access.runner.location !== 'host') return;
  if (SYSTEM.test(into) || KERNEL.test(into)) {
    throw notReplaceable(
      access,
      into,
      'belongs to the operating system, which needs it all the time',
    );
  }
  for (const { what, path: asked } of ownFolders) {
    const { path } = await access.resolve(asked);
    if (into === path) throw notReplaceable(access, into, `is ${what}`);
    if (isInside(into, path)) throw notReplaceable(access, into, `lies in ${what}, ${path}`);
    if (isInside(path, into)) throw notReplaceable(access, into, `holds ${what}, ${path}`);
  }
}

function isInside(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}

export function notReplaceable(access: FolderAccess, path: string, why: string): AdapterError {
  return new AdapterError(
    'PreconditionFailed',
    `Nothing can be restored to ${path} on ${nameOfHolder(access)}: it ${why}`,
    { advice: 'Name another folder with --into, or correct `path` in the stack file.' },
  );
}
