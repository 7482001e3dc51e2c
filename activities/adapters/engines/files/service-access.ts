import { AdapterError } from '../../../ports/adapter-error';
import type { CommandRunner } from '../../../ports/command-runner';
import { commandFailed } from '../../process/command-failure';
import { copyByTar } from './folder-itself';
import type { Frame } from './frames';
import { stillMounted } from './host-access';
import { immutableEntries } from './immutable';
import { isLayered, mountsInside } from './mounts';
import type { FolderAccess } from './folder-access';
import { HIDDEN_PREFIX } from './tar-commands';

/** What must be in the container, of GNU or of BusyBox. Names of files never leave it: `find` hands them on. */
const PROGRAMS = [
  ...['tar', 'find', 'mv', 'mkdir', 'rm', 'rmdir', 'cat', 'test', 'readlink'],
  ...['stat', 'chmod', 'chown', 'df', 'du', 'sync'],
];

const PROGRAM_FOLDERS = ['/bin/', '/usr/bin/', '/sbin/', '/usr/sbin/', '/usr/local/bin/'];

const ADVICE_WITHOUT_PROGRAMS =
  "Protect the volume's folder on the host instead: {engine: files, path: …} without `service`.";

/** Hidden names too: no frame but the outermost hides them. */
const EVERYTHING: Frame = { path: '.', staying: [] };

/** Named in a message; more would hide the first. */
const NAMED = 5;

/**
 * Folders of a container, by commands in it, as root whatever the image's user is. Commands take paths: whoever may write
 * in the folder could put a symbolic link in their way, and so reach what root of that container may, and no further.
 */
export function serviceAccess(runner: CommandRunner, signal: AbortSignal): FolderAccess {
  const options = { signal, user: '0:0' };
  const output = async (...argv: string[]): Promise<string> =>
    (await runner.run(argv, options)).stdout;
  const run = async (...argv: string[]): Promise<void> => {
    await output(...argv);
  };
  const succeeds = async (...argv: string[]): Promise<boolean> =>
    (await runner.run(argv, { ...options, accept: [1, 2] })).exit.code === 0;
  const mounts = (): Promise<string> => output('cat', '/proc/self/mountinfo');
  /** Paths, each ended by a zero byte; none when there is no such folder. */
  const list = async (folder: string, frame: Frame): Promise<string> => {
    const argv = [...find(`${folder}/`, frame), '-print0'];
    const { stdout, exit } = await runner.run(argv, { ...options, accept: [1] });
    if (exit.code === 0 || /No such file or directory/.test(exit.stderrTail)) return stdout;
    throw commandFailed({ location: runner.location, argv, exit });
  };
  const holdsEntries = async (folder: string, frame: Frame): Promise<boolean> =>
    (await list(folder, frame)) !== '';
  /** A taken name is left where it is (-n), and with `;` find does not tell that a command failed: stderr does. */
  const moveFree = async (from: string, to: string, frame: Frame): Promise<string> => {
    const argv = [...find(`${from}/`, frame), '-exec', 'mv', '-n', '{}', `${to}/`, ';'];
    return (await runner.run(argv, { ...options, accept: [1] })).exit.stderrTail;
  };
  const assertMoved = async (from: string, frame: Frame, complaints: string): Promise<void> => {
    const left = await list(from, frame);
    if (left !== '') throw notMoved(runner.location, from, left, complaints);
  };

  const access: FolderAccess = {
    runner,
    options,
    asRoot: true,
    hasNeighbours: false,
    spawnIn: (folder, [program = '', ...args], more) =>
      runner.spawn([program, '-C', folder, ...args], { ...options, ...more }),
    resolve: async (path) => {
      const argv = ['readlink', '-f', path];
      const { stdout } = await runner.run(argv, { ...options, accept: [1] });
      return { path: stdout.replace(/\n$/, '') || path };
    },
    identity: async (folder) => {
      const argv = ['stat', '-c', '%d:%i %F', folder];
      const { stdout, exit } = await runner.run(argv, { ...options, accept: [1] });
      const [identity, kind] = stdout.trim().split(' ');
      return exit.code === 0 && kind === 'directory' ? identity : undefined;
    },
    // A volume's mount point, most of the time; its neighbour would be in the container's own layer.
    mustStayInside: () => Promise.resolve(true),
    mountsInside: async (folder) => mountsInside(folder, await mounts()),
    folderNames: async (folder) => {
      const paths = (await list(folder, EVERYTHING)).split('\0').slice(0, -1);
      return paths.map((path) => path.split('/').at(-1) ?? path);
    },
    immutable: (folder) => immutableEntries(runner, { ...options, cwd: folder }),
    hasEntries: holdsEntries,
    makeFolder: (folder) => run('mkdir', '-p', folder),
    makeOwn: (folder) => run('mkdir', '-m', '700', folder),
    isOwn: async (folder) => {
      const argv = ['stat', '-c', '%F %u %a', folder];
      const { stdout } = await runner.run(argv, { ...options, accept: [1] });
      return stdout.trim() === 'directory 0 700';
    },
    // Only by moving them: neither `find` nor `mv` tries.
    assertMovable: () => Promise.resolve(),
    moveEntries: async (from, to, frame) => {
      await assertMoved(from, frame, await moveFree(from, to, frame));
    },
    bringEntries: async (from, to, aside, frame) => {
      const complaints = await moveFree(from, to, frame);
      if (aside === undefined) return assertMoved(from, frame, complaints);
      if (!(await holdsEntries(from, frame))) return;
      // Of a copy that was broken off, both ends may be the better one: that is for a person to say.
      if (isLayered(to, await mounts())) return assertMoved(from, frame, complaints);
      const taken = ['-exec', 'test', '-e', `${from}/{}`, '-o', '-L', `${from}/{}`, ';'];
      const argv = [...find('.', frame), ...taken, '-exec', 'mv', '-n', '{}', `${aside}/`, ';'];
      await runner.run(argv, { ...options, cwd: to, accept: [1] });
      await assertMoved(from, frame, complaints + (await moveFree(from, to, frame)));
    },
    rename: (from, to) => run('mv', from, to),
    remove: async (folder) => {
      const [mounted] = mountsInside(folder, await mounts());
      if (mounted !== undefined) throw stillMounted(folder, mounted);
      await run('rm', '-rf', folder);
    },
    removeIfEmpty: async (folder) => {
      await succeeds('rmdir', folder);
    },
    copyAttributes: async (from, to, tar) => {
      if (tar.kind === 'gnu') return copyByTar(access, from, to);
      const [mode = '', owner = ''] = (await output('stat', '-c', '%a %u:%g', `${from}/`))
        .trim()
        .split(' ');
      await run('chown', owner, to);
      await run('chmod', mode, to);
    },
    copyTime: async (from, to) => {
      // Not every BusyBox has it, and no more than a time is lost.
      await succeeds('touch', '-r', from, to).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
    },
    flush: async (folder) => {
      await succeeds('sync', '-f', folder);
    },
    freeBytes: async (folder) => {
      const { stdout, exit } = await runner.run(['df', '-P', '-k', folder], {
        ...options,
        accept: [1],
      });
      const blocks = /\n\S+\s+\d+\s+\d+\s+(\d+)/.exec(stdout)?.[1];
      return exit.code === 0 && blocks !== undefined ? Number(blocks) * 1024 : undefined;
    },
  };
  return access;
}

/** What moves of a frame. `-name` takes patterns. */
function find(folder: string, { path, staying }: Frame): string[] {
  const literal = (name: string): string => name.replace(/[*?[\]\\]/g, '\\$&');
  const names = [...(path === '' ? [`${HIDDEN_PREFIX}*`] : []), ...staying.map(literal)];
  const without = names.flatMap((name) => ['!', '-name', name]);
  return ['find', folder, '-mindepth', '1', '-maxdepth', '1', ...without];
}

/**
 * Looks for the programs that this engine runs in the container: where they usually are by one command, the others by
 * trying them.
 * Throws: PreconditionFailed that names the missing ones
 */
export async function requirePrograms({ runner, options }: FolderAccess): Promise<void> {
  const found = (await canRun({ runner, options }, 'find')) ? await usualPrograms() : new Set();
  const missing: string[] = [];
  for (const program of PROGRAMS) {
    if (!found.has(program) && !(await canRun({ runner, options }, program))) missing.push(program);
  }
  if (missing.length === 0) return;
  throw new AdapterError(
    'PreconditionFailed',
    `${runner.location} lacks ${missing.join(', ')}, which files are saved and restored with`,
    { advice: ADVICE_WITHOUT_PROGRAMS },
  );

  async function usualPrograms(): Promise<Set<string | undefined>> {
    const named = PROGRAMS.flatMap((program) => ['-o', '-name', program]).slice(1);
    const argv = ['find', ...PROGRAM_FOLDERS, '-maxdepth', '1', '(', ...named, ')'];
    const { stdout } = await runner.run(argv, { ...options, accept: [1] });
    return new Set(stdout.split('\n').map((path) => path.split('/').at(-1)));
  }
}

async function canRun(
  { runner, options }: Pick<FolderAccess, 'runner' | 'options'>,
  program: string,
) {
  try {
    const command = await runner.spawn([program, '--help'], options);
    command.stdout.resume();
    await command.exit;
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof AdapterError && error.kind === 'PreconditionFailed';
}

/** `left`: paths, each ended by a zero byte. */
function notMoved(access: string, from: string, left: string, complaints: string): AdapterError {
  const names = left
    .split('\0')
    .slice(0, -1)
    .map((path) => path.split('/').at(-1) ?? path);
  const named = names.slice(0, NAMED).join(', ');
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  const reason = complaints.trim().split('\n').at(-1) ?? '';
  const text = `Could not move ${named}${more} out of ${from} in ${access}${reason === '' ? '' : `: ${reason}`}`;
  const advice =
    'Stop what uses the folder, or make it movable (umount, chattr -i -a), and run the restore again.';
  const isFull = /No space left|Disk quota/.test(complaints);
  return new AdapterError(isFull ? 'CommandFailed' : 'PreconditionFailed', text, { advice });
}
