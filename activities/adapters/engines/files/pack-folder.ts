import { pipeline, Transform } from 'node:stream';
import { AdapterError } from '../../../ports/adapter-error';
import type { Attempt } from '../../../ports/attempt';
import type { ByteSource } from '../../../ports/byte-stream';
import type { RunningCommand } from '../../../ports/command-runner';
import { nameOfHolder, type FolderAccess } from './folder-access';
import { TarComplaints, tarFailed } from './tar-complaints';
import { packArgv, type TarProgram } from './tar-commands';
import { TreeDigest, type DigestKind } from './tree-digest';

export interface PackRequest {
  readonly folder: string;
  readonly exclude: readonly string[];
  readonly tar: TarProgram;
  /** `whole` when absent. */
  readonly digest?: DigestKind;
}

/** Nothing tells a file system to hold still while it is read. */
const CONSISTENCY = 'files were read one after the other while they could change';

/** Packs a folder and digests it on the way: one pass over the files. */
export async function packFolder(
  access: FolderAccess,
  request: PackRequest,
  attempt: Attempt,
): Promise<ByteSource> {
  const { folder, exclude, tar, digest: kind = 'whole' } = request;
  const identity = await access.identity(folder);
  if (identity === undefined) throw noFolder(access, folder);
  const complaints = new TarComplaints();
  const argv = packArgv(tar, {
    exclude,
    withHoles: kind !== 'plain',
    asRestic: kind === 'tree',
  });
  const command = await access.spawnIn(folder, argv, {
    signal: attempt.signal,
    onStderrLine: (line) => {
      complaints.add(line);
    },
  });
  const digest = new TreeDigest({ sorted: tar.kind === 'gnu', kind });
  return {
    stream: digested(command, digest),
    finish: async () => {
      const exit = await command.exit;
      attempt.signal.throwIfAborted();
      if (!complaints.isGoodExit(tar, exit.code)) {
        throw tarFailed(access.runner.location, folder, command.argv, exit);
      }
      if ((await access.identity(folder)) !== identity) throw noFolder(access, folder);
      if (!digest.reader.complete) throw cutOff(access, folder);
      if (digest.tooLong !== undefined) throw tooLong(access, folder, digest.tooLong);
      return {
        format: 'tar',
        sourceVersion: tar.version,
        contents: [digest.result()],
        consistency: CONSISTENCY,
        notes: [...complaints.notes(), ...notKeptBy(tar)],
      };
    },
    abort: () => command.kill(),
  };
}

/** What the recovery point will not have, or not know, because of the tar program. */
export function notKeptBy(tar: TarProgram): string[] {
  if (tar.kind === 'gnu') return [];
  return [
    `${tar.version} saves no ACLs, no extended attributes (file capabilities among them), no holes and no fractions of ` +
      'seconds, and does not notice files that change while it reads them. GNU tar does all of it.',
  ];
}

export function noFolder(access: FolderAccess, folder: string): AdapterError {
  const text = `There is no folder ${folder} on ${nameOfHolder(access)}`;
  return new AdapterError('PreconditionFailed', text, {
    advice: 'Correct `path` in the stack file.',
  });
}

function digested(command: RunningCommand, digest: TreeDigest): Transform {
  const tap = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      try {
        digest.reader.add(chunk);
        done(null, chunk);
      } catch (error) {
        done(error as Error);
      }
    },
  });
  // The consumer sees the error on the stream, and `finish` says what became of tar.
  pipeline(command.stdout, tap, () => undefined);
  return tap;
}

function cutOff(access: FolderAccess, folder: string): AdapterError {
  const text = `tar of ${folder} on ${access.runner.location} ended well, but its output has no end mark`;
  return new AdapterError('CommandFailed', text);
}

/** It would be stored, and could not be unpacked again. */
function tooLong(access: FolderAccess, folder: string, latin1Path: string): AdapterError {
  const path = Buffer.from(latin1Path, 'latin1').toString();
  const names = path.split('/');
  const shown = names.length > 6 ? [...names.slice(0, 5), '…', names.at(-1)].join('/') : path;
  const text =
    `${folder}/${shown} on ${access.runner.location} cannot be saved: its path of ${latin1Path.length.toLocaleString('en-GB')} bytes ` +
    `(${names.length} folders deep) is longer than the 4,093 with which it could be restored`;
  const advice = 'Move it further up, or exclude the folder it is in.';
  return new AdapterError('PreconditionFailed', text, { advice });
}
