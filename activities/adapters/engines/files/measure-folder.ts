import { AdapterError } from '../../../ports/adapter-error';
import type { FolderAccess } from './folder-access';
import type { TarProgram } from './tar-commands';

/** A million files take `du` some seconds when their names are in memory; a plan does not wait for a cold disk. */
const LONGEST_COUNT_MILLISECONDS = 15_000;

export interface FolderSize {
  readonly bytes: number;
  /** False when it took too long; `bytes` is then what the file system has in all, at most. */
  readonly counted: boolean;
}

/**
 * Counts what a folder holds, as far as patience goes.
 * Throws: CredentialsRejected (a folder in it may not be read)
 */
export async function measureFolder(
  access: FolderAccess,
  { folder, exclude, tar }: { folder: string; exclude: readonly string[]; tar: TarProgram },
): Promise<FolderSize> {
  const patience = AbortSignal.timeout(LONGEST_COUNT_MILLISECONDS);
  const signal = AbortSignal.any([patience, access.options.signal ?? patience]);
  const options = { ...access.options, signal, accept: [1] };
  try {
    const counts: number[] = [];
    for (const argv of duArgvs(tar, folder, exclude)) {
      const { stdout, exit } = await access.runner.run(argv, options);
      assertReadable(folder, exit.stderrTail);
      counts.push(Number.parseInt(stdout, 10) * (tar.kind === 'gnu' ? 1 : 1024) || 0);
    }
    return { bytes: Math.min(...counts), counted: true };
  } catch (error) {
    access.options.signal?.throwIfAborted();
    if (!patience.aborted) throw error;
    return { bytes: 0, counted: false };
  }
}

/**
 * By length and by space: small files take more space than they are long, files with holes less, and their holes are not
 * packed. BusyBox knows neither bytes nor patterns; where tar is GNU's, so is du.
 */
function duArgvs({ kind }: TarProgram, folder: string, exclude: readonly string[]): string[][] {
  if (kind === 'other') return [['du', '-s', '-k', `${folder}/`]];
  const excluded = exclude.map((pattern) => `--exclude=${pattern}`);
  const rest = ['--block-size=1', ...excluded, `${folder}/`];
  return [
    ['du', '--summarize', '--apparent-size', ...rest],
    ['du', '--summarize', ...rest],
  ];
}

function assertReadable(folder: string, stderr: string): void {
  const refused = stderr.split('\n').find((line) => line.includes('Permission denied'));
  if (refused === undefined) return;
  const text = `Not all of ${folder} can be read: ${refused}`;
  const advice = 'Run the worker as root or as the owner of the files, or exclude them.';
  throw new AdapterError('CredentialsRejected', text, { advice });
}
