import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createFilesEngine } from '../../../activities/adapters/engines/files/create-files-engine';
import { hostRunner as ordinaryRunner } from '../../../activities/adapters/process/run-command';
import type { CommandRunner } from '../../../activities/ports/command-runner';
import type { Containers } from '../../../activities/ports/containers';
import type { Site } from '../../../activities/ports/site';
import type { RestoreTarget } from '../../../workflows/model/restore-target';
import type { FilesEntry } from '../../../workflows/model/stack';
import type { Death, EngineBench } from '../engine-contract';
import { fillWithMuch, fillWithSome, readTree, remakeFolder } from './tree-on-disk';

export interface BenchOptions {
  readonly containers?: Containers;
  readonly site?: (directory: string) => Site;
  /** The service and the folder in it on which the bench's directory is mounted. */
  readonly service?: { readonly name: string; readonly mountedOn: string };
  readonly deaths?: readonly Death[];
  /** BusyBox keeps no more of a time. */
  readonly wholeSeconds?: boolean;
  readonly hostRunner?: CommandRunner;
  readonly stop?: () => Promise<void>;
}

const NO_CONTAINERS: Containers = {
  runner: () => Promise.reject(new Error('no containers here')),
  mounts: () => Promise.reject(new Error('no containers here')),
  address: () => Promise.reject(new Error('no containers here')),
};

export async function newDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'pawl-files-'));
}

/** A directory of this host, filled and read by Node; the engine sees it as it is, or mounted in a container. */
export function folderBench(directory: string, options: BenchOptions = {}): EngineBench {
  const { service, hostRunner = ordinaryRunner } = options;
  const onHost = (source: string): string =>
    join(directory, service === undefined ? source : source.slice(service.mountedOn.length));
  const places = (target: RestoreTarget, suffix: string): string => {
    const into = onHost(target.into);
    return service === undefined ? `${into}${suffix}` : join(into, `.pawl${suffix}`);
  };
  const beside = (target: RestoreTarget): string => places(target, target.besideSuffix);
  const keep = (target: RestoreTarget): string => places(target, target.keepSuffix);
  const named = (name: string): string =>
    service === undefined ? name : `${service.mountedOn}/${name}`;

  return {
    engine: createFilesEngine({
      hostRunner,
      containers: options.containers ?? NO_CONTAINERS,
    }),
    site: options.site?.(directory) ?? hostSite(directory),
    names: {
      plain: named('uploads'),
      other: named('elsewhere'),
      hostile: ['-rf', 'naïve 🙂', 'we"ird; $(id) --', 'two\nlines', 'x'.repeat(240)].map(named),
    },
    entry: (source) => filesEntry(source, service?.name),
    async seed(source, amount) {
      const folder = onHost(source);
      await remakeFolder(folder);
      if (amount === 'some') await fillWithSome(folder);
      if (amount === 'much') await fillWithMuch(folder);
    },
    change: (source) => writeFile(join(onHost(source), 'odd-size'), 'Other', { flag: 'r+' }),
    remove: (place) => rm(onHost(place), { recursive: true, force: true }),
    read: (place) => readTree(onHost(place), options),
    readKept: (target) => readTree(keep(target), options),
    async hasBeside(target) {
      const names = await readdir(dirname(beside(target))).catch(() => []);
      return names.some((name) => name.startsWith(basename(beside(target))));
    },
    deaths: [
      {
        title: 'tar killed',
        accepted: ['CommandFailed', 'ServiceUnavailable'],
        strike: () => {
          for (const { pid } of tarsOf(directory, service?.mountedOn)) process.kill(pid, 'SIGKILL');
          return Promise.resolve();
        },
        revive: () => Promise.resolve(),
      },
      {
        title: 'folder removed',
        accepted: ['PreconditionFailed', 'CommandFailed'],
        strike: (source) => rm(onHost(source), { recursive: true }),
        revive: () => Promise.resolve(),
      },
      ...(options.deaths ?? []),
    ],
    halfSwaps: [
      {
        title: 'some entries are kept, others still there',
        async perform(target) {
          await mkdir(keep(target));
          await copyMode(onHost(target.into), keep(target));
          await move(onHost(target.into), keep(target), 3);
        },
      },
      {
        title: 'all entries are kept, none restored',
        async perform(target) {
          await mkdir(keep(target));
          await copyMode(onHost(target.into), keep(target));
          await move(onHost(target.into), keep(target), Infinity);
          await rename(beside(target), `${beside(target)}.swapping`);
        },
      },
      {
        title: 'some entries are restored',
        async perform(target) {
          await mkdir(keep(target));
          await copyMode(onHost(target.into), keep(target));
          await move(onHost(target.into), keep(target), Infinity);
          await rename(beside(target), `${beside(target)}.swapping`);
          await move(`${beside(target)}.swapping/.pawl_tree`, onHost(target.into), 3);
        },
      },
    ],
    leftovers: () => Promise.resolve(tarsOf(directory, service?.mountedOn).map(({ line }) => line)),
    async stop() {
      await options.stop?.();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export function filesEntry(path: string, service?: string, exclude: string[] = []): FilesEntry {
  const where = service === undefined ? {} : { service };
  return { name: 'uploads', engine: 'files', path, exclude, ...where };
}

export function hostSite(directory: string): Site {
  return { stack: 'melvin', directory, secret: () => Promise.reject(new Error('no secrets here')) };
}

/** tar's processes on the bench's folders, also those in containers: this host sees them all. */
function tarsOf(directory: string, mountedOn?: string): { pid: number; line: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const line = `${argumentsOf(name)} in ${folderOf(name)}`;
      const isOurs =
        line.includes(directory) || (mountedOn !== undefined && line.includes(mountedOn));
      return /^\S*tar /.test(line) && isOurs ? [{ pid: Number(name), line }] : [];
    });
}

function argumentsOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // ended between the two looks
  }
}

function folderOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

async function copyMode(from: string, to: string): Promise<void> {
  await chmod(to, (await stat(from)).mode & 0o7777);
}

async function move(from: string, to: string, most: number): Promise<void> {
  const names = (await readdir(from)).filter((name) => !name.startsWith('.pawl_'));
  for (const name of names.slice(0, most)) await rename(join(from, name), join(to, name));
}
