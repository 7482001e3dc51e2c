import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Program } from './program';
import type { Surroundings } from './surroundings';
import { ToolchainError } from './toolchain-error';
import { unpack } from './unpack';

const STALLED_AFTER_MS = 30_000;
const REPORT_EVERY_MS = 500;

/**
 * Writes the official release's executable to `target`, once its SHA-256 has been found right.
 * Throws: ToolchainError (no release for this platform, no network, other status than 200, cut off, stalled, wrong checksum, cannot be unpacked)
 */
export async function download(
  program: Program,
  surroundings: Surroundings,
  target: string,
): Promise<void> {
  const { url, sha256, packing } = chooseRelease(program, surroundings);
  const title = `${program.name} ${program.version}`;
  surroundings.report(`${title}: downloading ${url}`);
  const packed = `${target}.packed`;
  const tell = (state: string): void => {
    surroundings.report(`${title}: downloading, ${state}`, 'passing');
  };
  const actual = await fetchTo(packed, url, tell, surroundings.signal);
  if (actual !== sha256) {
    throw new ToolchainError(`${url} has SHA-256 ${actual}, not ${sha256}: it was not used`);
  }
  await unpack(packing, packed, target, program.executable);
}

function chooseRelease({ releases }: Program, { platform, environment }: Surroundings) {
  if (releases === undefined) throw new ToolchainError('there is no release of it');
  const sha256 = platform && releases.sha256[platform];
  if (platform === undefined || sha256 === undefined) {
    throw new ToolchainError(
      `no checksum for ${platform ?? `${process.platform}-${process.arch}`}`,
    );
  }
  const base = environment['PAWL_DOWNLOAD_BASE'] ?? 'https://github.com';
  const url = `${base.replace(/\/+$/, '')}/${releases.path(platform)}`;
  return { url, sha256, packing: releases.packing };
}

async function fetchTo(
  file: string,
  url: string,
  tell: (state: string) => void,
  stop: AbortSignal | undefined,
): Promise<string> {
  const stalled = new AbortController();
  const signal = stop === undefined ? stalled.signal : AbortSignal.any([stalled.signal, stop]);
  const watchdog = setTimeout(() => {
    stalled.abort(new ToolchainError(`${url} sent nothing for ${STALLED_AFTER_MS / 1000} s`));
  }, STALLED_AFTER_MS);
  try {
    const response = await fetch(url, { signal });
    if (!response.ok || response.body === null) {
      throw new ToolchainError(`${url} answered ${response.status} ${response.statusText}`);
    }
    const hash = createHash('sha256');
    const progress = reporter(Number(response.headers.get('content-length')), tell);
    const passing = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        watchdog.refresh();
        hash.update(chunk);
        progress(chunk.length);
        done(null, chunk);
      },
    });
    const body = Readable.fromWeb(response.body);
    await pipeline(body, passing, createWriteStream(file), { signal });
    return hash.digest('hex');
  } finally {
    clearTimeout(watchdog);
  }
}

function reporter(totalBytes: number, tell: (state: string) => void): (bytes: number) => void {
  let doneBytes = 0;
  let reportedAt = Date.now();
  return (bytes) => {
    doneBytes += bytes;
    if (Date.now() - reportedAt < REPORT_EVERY_MS) return;
    reportedAt = Date.now();
    const of = totalBytes > 0 ? ` of ${megabytes(totalBytes)}` : '';
    tell(`${megabytes(doneBytes)}${of} MB`);
  };
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
