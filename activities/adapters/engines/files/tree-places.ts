import { basename, dirname } from 'node:path';
import { AdapterError } from '../../../ports/adapter-error';
import type { TreeSink, TreeSource } from '../../../ports/trees';
import { atFolder } from '../../process/descriptors';
import { findTar } from './find-tar';
import { fileFailure } from '../../process/host-failure';
import type { HostPlace } from './host-place';
import { noFolder } from './pack-folder';
import { literal, resticPatterns } from './restic-patterns';
import { isOwnPath } from './staying';
import { HIDDEN_PREFIX } from './tar-commands';
import { TREE } from './restore-layout';

/** restic counts nanoseconds from 1970 in 64 bits, and restores a later time as another one (0.19.1). */
const LATEST_TIME = '2262-04-11';

/** Of a file, as stat(2) counts its blocks. */
const BLOCK_BYTES = 512;
/** Seconds to read, as zeros. */
const MOST_HOLES_BYTES = 1024 ** 3;

/**
 * A folder of this host for restic. Undefined where restic would not keep all that tar does, or the restored one could not
 * be compared with it: patterns that restic has not, times that it has not, large holes, a tar that knows no attributes.
 */
export async function treeSource(
  { access, path: folder }: HostPlace,
  exclude: readonly string[],
): Promise<TreeSource | undefined> {
  const identity = await access.identity(folder);
  const patterns = resticPatterns(folder, exclude);
  if (folder === '/' || isOwnPath(basename(folder))) return undefined;
  if (identity === undefined || patterns === undefined) return undefined;
  if ((await findTar(access)).kind !== 'gnu' || (await hasWhatTarKeepsBetter(access, folder))) {
    return undefined;
  }
  return {
    folder,
    exclude: [`${literal(folder)}/${HIDDEN_PREFIX}*`, ...patterns],
    inParent: atFolderGuarded(dirname(folder)),
    finish: async () => {
      if ((await access.identity(folder)) !== identity) throw noFolder(access, folder);
    },
  };
}

/** What restic keeps in another way than tar: times as others, and holes as zeros that it reads, and that count as size. */
async function hasWhatTarKeepsBetter(
  { runner, options }: HostPlace['access'],
  folder: string,
): Promise<boolean> {
  const late = ['-newermt', LATEST_TIME, '-printf', 'late\\n', '-quit'];
  const large = ['-type', 'f', '-size', '+1G', '-printf', '%s %b\\n'];
  const argv = ['find', `${folder}/`, '(', ...late, ')', '-o', '(', ...large, ')'];
  // What it may not look into is told by whoever is to save it.
  const { stdout } = await runner.run(argv, { ...options, accept: [1] });
  return stdout.split('\n').some((line) => {
    const [bytes = 0, blocks = 0] = line.split(' ').map(Number);
    return line === 'late' || bytes - blocks * BLOCK_BYTES > MOST_HOLES_BYTES;
  });
}

/** The place that a restore has made: restic puts the folder into it, by the name that it had. */
export function treeSink({ access, path: beside }: HostPlace): TreeSink {
  const tree = `${beside}/${TREE}`;
  return {
    inFolder: atFolderGuarded(beside),
    finish: async () => {
      const names = (await access.folderNames(beside)).filter((name) => !isOwnPath(name));
      const [name] = names;
      if (name === undefined || names.length > 1) throw notOneFolder(beside, names.length);
      await access.removeIfEmpty(tree);
      await access.rename(`${beside}/${name}`, tree);
      // What comes out of it at the swap changes its time; this keeps it for the folder that gets it all.
      await access.copyTime(tree, beside);
    },
  };
}

function notOneFolder(beside: string, count: number): AdapterError {
  const text = `restic has put ${count} folders into ${beside}, where one was expected`;
  return new AdapterError('VerificationFailed', text);
}

function atFolderGuarded(folder: string): TreeSource['inParent'] {
  return async (work) => {
    try {
      return await atFolder(folder, work);
    } catch (error) {
      throw fileFailure(error);
    }
  };
}
