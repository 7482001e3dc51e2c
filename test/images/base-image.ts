import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import type Dockerode from 'dockerode';
import { TEST_IMAGES } from './test-images';

const run = promisify(execFile);
const PUBLIC_BASE = 'debian:bookworm-slim';
const [REPOSITORY = '', TAG = ''] = TEST_IMAGES.base.split(':');

/** Debian 12 as an image: the public one where a registry answers, else made by debootstrap. Answers with its id. */
export async function ensureBase(docker: Dockerode, cache: string): Promise<string> {
  const image = docker.getImage(TEST_IMAGES.base);
  const present = await image.inspect().catch(() => undefined);
  if (present) return present.Id;
  console.error(`test image ${TEST_IMAGES.base}: getting`);
  const pulled = await pull(docker).catch((error: unknown) => error as Error);
  if (pulled) {
    const archive = await debianArchive(cache).catch((error: unknown) => {
      throw new Error(`${pulled.message}; ${(error as Error).message}`, { cause: error });
    });
    const importing = await docker.importImage(archive, { repo: REPOSITORY, tag: TAG });
    await followed(docker, importing, TEST_IMAGES.base);
  }
  return (await image.inspect()).Id;
}

async function pull(docker: Dockerode): Promise<undefined> {
  const pulling = await docker.pull(PUBLIC_BASE);
  await followed(docker, pulling, PUBLIC_BASE);
  await docker.getImage(PUBLIC_BASE).tag({ repo: REPOSITORY, tag: TAG });
}

/** The packed root file system, made once per machine (half a minute). Needs root. */
async function debianArchive(cache: string): Promise<string> {
  const archive = join(cache, `debian-bookworm-${process.arch}.tar`);
  if (existsSync(archive)) return archive;
  const root = await mkdtemp(join(tmpdir(), 'pawl-debian-'));
  try {
    await run('debootstrap', ['--variant=minbase', 'bookworm', root], { maxBuffer: 2 ** 26 });
    await rm(join(root, 'var/cache/apt/archives'), { recursive: true, force: true });
    await mkdir(cache, { recursive: true });
    await run('tar', ['--create', '--file', `${archive}.partial`, '--directory', root, '.']);
    await rename(`${archive}.partial`, archive);
    return archive;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Waits for the end of what the engine does; the engine reports a failure as a line among others. */
export async function followed(
  docker: Dockerode,
  stream: NodeJS.ReadableStream,
  title: string,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error, output: { stream?: string }[] | null) => {
      if (!error) {
        resolve();
        return;
      }
      const last = (output ?? []).flatMap((line) => line.stream ?? []).slice(-15);
      reject(new Error(`${title}: ${error.message}\n${last.join('')}`, { cause: error }));
    });
  });
}
