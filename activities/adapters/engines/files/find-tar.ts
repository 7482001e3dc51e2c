import type { FolderAccess } from './folder-access';
import { parseTarVersion, type TarProgram } from './tar-commands';

/** What BusyBox and others say of an unknown option, and of `--help`. */
const USAGE_EXITS = [1, 2, 64];

/** What the place's tar is. Throws: PreconditionFailed (there is none). */
export async function findTar({
  runner,
  options,
}: Pick<FolderAccess, 'runner' | 'options'>): Promise<TarProgram> {
  const version = await say('--version');
  return parseTarVersion(version, version.includes('GNU') ? '' : await say('--help'));

  async function say(option: string): Promise<string> {
    const { stdout, exit } = await runner.run(['tar', option], { ...options, accept: USAGE_EXITS });
    return `${stdout}${exit.stderrTail}`;
  }
}
