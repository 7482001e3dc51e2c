import { pipeline } from 'node:stream/promises';
import type { FolderAccess } from './folder-access';
import { packFolderItselfArgv, unpackArgv } from './tar-commands';
import { tarFailed } from './tar-complaints';

/**
 * Gives a folder the mode, owner, ACLs, default ACL and extended attributes of another, without what is in it. Node has no
 * calls for most of these: one tar packs the folder alone, another unpacks it onto the other folder.
 *
 * What the other has of its own and the first has not: ACLs go, extended attributes stay.
 */
export async function copyByTar(access: FolderAccess, from: string, to: string): Promise<void> {
  const pack = await access.spawnIn(from, packFolderItselfArgv());
  const argv = unpackArgv({ kind: 'gnu', version: '', canExclude: true }, access.asRoot);
  const unpack = await access.spawnIn(to, argv, { stdin: 'pipe' });
  unpack.stdout.resume();
  if (unpack.stdin !== null) await pipeline(pack.stdout, unpack.stdin).catch(() => undefined);
  for (const [folder, { exit, argv: ran }] of [[from, pack] as const, [to, unpack] as const]) {
    const ended = await exit;
    access.options.signal?.throwIfAborted();
    if (ended.code !== 0) throw tarFailed(access.runner.location, folder, ran, ended);
  }
}
