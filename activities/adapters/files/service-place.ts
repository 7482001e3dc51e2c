import { AdapterError } from '../../adapter-error';
import type { CommandRunner } from '../../ports';
import type { Place } from './place';
import { HIDDEN_PREFIX } from './tar-commands';

/** What must be in the container, of GNU or of BusyBox. Names of files never leave it: `find` hands them on. */
const PROGRAMS = [
  ...['tar', 'find', 'ls', 'mv', 'mkdir', 'rm', 'rmdir'],
  ...['stat', 'chmod', 'chown', 'df', 'du', 'sync'],
];

const PROGRAM_FOLDERS = ['/bin/', '/usr/bin/', '/sbin/', '/usr/sbin/', '/usr/local/bin/'];

const ADVICE_WITHOUT_PROGRAMS =
  "Protect the volume's folder on the host instead: {engine: files, path: …} without `service`.";

/** Folders of a container, by commands in it, as root whatever the image's user is. */
export function servicePlace(runner: CommandRunner, signal: AbortSignal): Place {
  const options = { signal, user: '0:0' };
  const output = async (...argv: string[]): Promise<string> =>
    (await runner.run(argv, options)).stdout;
  const run = async (...argv: string[]): Promise<void> => {
    await output(...argv);
  };
  const succeeds = async (...argv: string[]): Promise<boolean> =>
    (await runner.run(argv, { ...options, accept: [1, 2] })).exit.code === 0;
  const list = (folder: string, ...action: string[]): string[] => [
    ...['find', `${folder}/`, '-mindepth', '1', '-maxdepth', '1'],
    ...['!', '-name', `${HIDDEN_PREFIX}*`, ...action],
  ];
  const holdsEntries = async (folder: string): Promise<boolean> =>
    (await succeeds('ls', '-d', folder)) && (await output(...list(folder, '-print0'))) !== '';
  const moveFreeEntries = (from: string, to: string): Promise<void> =>
    run(...list(from, '-exec', 'mv', '-n', '{}', `${to}/`, ';'));

  return {
    runner,
    options,
    asRoot: true,
    hasNeighbours: false,
    resolve: (path) => Promise.resolve(path),
    identity: async (folder) => {
      // The trailing slash follows a symbolic link and refuses what is no folder.
      const argv = ['stat', '-c', '%d:%i', `${folder}/`];
      const { stdout, exit } = await runner.run(argv, { ...options, accept: [1] });
      return exit.code === 0 ? stdout.trim() : undefined;
    },
    // A volume's mount point, most of the time; its neighbour would be in the container's own layer.
    mustStayInside: () => Promise.resolve(true),
    holdsEntries,
    makeFolder: (folder) => run('mkdir', '-p', folder),
    moveFreeEntries,
    moveEntries: async (from, to) => {
      await moveFreeEntries(from, to);
      // A taken name is left where it is (-n), and with `;` find does not tell that a command failed.
      if (await holdsEntries(from)) throw notMoved(runner.place, from, to);
    },
    rename: (from, to) => run('mv', from, to),
    remove: (folder) => run('rm', '-rf', folder),
    removeIfEmpty: async (folder) => {
      await succeeds('rmdir', folder);
    },
    copyAttributes: async (from, to) => {
      const [mode = '', owner = ''] = (await output('stat', '-c', '%a %u:%g', `${from}/`))
        .trim()
        .split(' ');
      await run('chown', owner, to);
      await run('chmod', mode, to);
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
}

/**
 * Looks for the programs that this engine runs in the container: where they usually are by one command, the others by
 * trying them.
 * Throws: PreconditionFailed that names the missing ones
 */
export async function requirePrograms({ runner, options }: Place): Promise<void> {
  const found = (await canRun({ runner, options }, 'find')) ? await usualPrograms() : new Set();
  const missing: string[] = [];
  for (const program of PROGRAMS) {
    if (!found.has(program) && !(await canRun({ runner, options }, program))) missing.push(program);
  }
  if (missing.length === 0) return;
  throw new AdapterError(
    'PreconditionFailed',
    `${runner.place} lacks ${missing.join(', ')}, which files are saved and restored with`,
    { advice: ADVICE_WITHOUT_PROGRAMS },
  );

  async function usualPrograms(): Promise<Set<string | undefined>> {
    const named = PROGRAMS.flatMap((program) => ['-o', '-name', program]).slice(1);
    const argv = ['find', ...PROGRAM_FOLDERS, '-maxdepth', '1', '(', ...named, ')'];
    const { stdout } = await runner.run(argv, { ...options, accept: [1] });
    return new Set(stdout.split('\n').map((path) => path.split('/').at(-1)));
  }
}

async function canRun({ runner, options }: Pick<Place, 'runner' | 'options'>, program: string) {
  try {
    const command = await runner.spawn([program, '--help'], options);
    command.stdout.resume();
    await command.exit;
    return true;
  } catch (error) {
    if (error instanceof AdapterError && error.kind === 'PreconditionFailed') return false;
    throw error;
  }
}

function notMoved(place: string, from: string, to: string): AdapterError {
  const text = `Not every entry of ${from} could be moved to ${to} in ${place}`;
  const advice = `Stop what uses the folder, look into both, and run the restore again.`;
  return new AdapterError('PreconditionFailed', text, { advice });
}
