import { spawn } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Extract } from 'tar-stream';
import type { Releases } from './program';
import { ToolchainError } from './toolchain-error';

/** Writes the executable that is in the downloaded file to `target`; in an archive it is the file named `member`. */
export async function unpack(
  packing: Releases['packing'],
  packed: string,
  target: string,
  member: string,
): Promise<void> {
  const input = createReadStream(packed);
  if (packing === 'plain') await pipeline(input, createWriteStream(target));
  else if (packing === 'bz2') await decompressBzip2(input, target);
  else await extractMember(input, target, member);
}

async function extractMember(input: Readable, target: string, member: string): Promise<void> {
  const archive = extract();
  const [written] = await Promise.all([
    writeMember(archive, target, member),
    pipeline(input, createGunzip(), archive),
  ]);
  if (!written) throw new ToolchainError(`the archive holds no file ${member}`);
}

async function writeMember(archive: Extract, target: string, member: string): Promise<boolean> {
  let written = false;
  for await (const entry of archive) {
    if (entry.header.name === member && entry.header.type === 'file') {
      await pipeline(entry, createWriteStream(target));
      written = true;
    } else {
      entry.resume();
    }
  }
  return written;
}

/** Node has no bzip2; the program is on every Debian and macOS. */
async function decompressBzip2(input: Readable, target: string): Promise<void> {
  const bzip2 = spawn('bzip2', ['--decompress', '--stdout'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = new Promise<void>((resolve, reject) => {
    bzip2.once('error', (error) => {
      reject(new ToolchainError(`bzip2, which unpacks it, cannot be run: ${error.message}`));
    });
    bzip2.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new ToolchainError(`bzip2 ended with exit code ${String(code)}`));
    });
  });
  const results = await Promise.allSettled([
    ended,
    pipeline(input, bzip2.stdin),
    pipeline(bzip2.stdout, createWriteStream(target)),
  ]);
  // The program's own end comes first in the list: a broken pipe is only its echo.
  const failure = results.find((result) => result.status === 'rejected');
  if (failure) throw failure.reason;
}
