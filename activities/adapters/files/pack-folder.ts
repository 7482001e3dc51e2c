import { pipeline, Transform } from 'node:stream';
import { AdapterError } from '../../adapter-error';
import type { Attempt, ByteSource, RunningCommand } from '../../ports';
import type { Place } from './place';
import { isGoodExit, notesOf, tarFailed } from './tar-complaints';
import { packArgv, type TarProgram } from './tar-commands';
import { TreeDigest } from './tree-digest';

const WHOLE_SECONDS = 'Times are kept in whole seconds, and ACLs not at all: GNU tar keeps both.';

export interface PackRequest {
  readonly folder: string;
  readonly exclude: readonly string[];
  readonly tar: TarProgram;
}

/** Nothing tells a file system to hold still while it is read. */
const CONSISTENCY = 'files were read one after the other while they could change';

/** Packs a folder and digests it on the way: one pass over the files. */
export async function packFolder(
  place: Place,
  request: PackRequest,
  attempt: Attempt,
): Promise<ByteSource> {
  const { folder, exclude, tar } = request;
  const identity = await place.identity(folder);
  if (identity === undefined) throw noFolder(place, folder);
  const command = await place.runner.spawn(packArgv(tar, folder, exclude), {
    ...place.options,
    signal: attempt.signal,
  });
  const digest = new TreeDigest({ sorted: tar.kind === 'gnu' });
  return {
    stream: digested(command, digest),
    finish: async () => {
      await assertGoodEnd(place, request, command, attempt);
      if ((await place.identity(folder)) !== identity) throw noFolder(place, folder);
      if (!digest.reader.complete) throw cutOff(place, folder);
      const { stderrTail } = await command.exit;
      return {
        format: 'tar',
        sourceVersion: tar.version,
        contents: [digest.result()],
        consistency: CONSISTENCY,
        notes: [...notesOf(stderrTail), ...(tar.kind === 'gnu' ? [] : [WHOLE_SECONDS])],
      };
    },
    abort: () => command.kill(),
  };
}

export function noFolder(place: Place, folder: string): AdapterError {
  const text = `There is no folder ${folder} on ${place.runner.place === 'host' ? 'this host' : place.runner.place}`;
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

async function assertGoodEnd(
  place: Place,
  { tar }: PackRequest,
  command: RunningCommand,
  { signal }: Attempt,
): Promise<void> {
  const exit = await command.exit;
  signal.throwIfAborted();
  if (!isGoodExit(tar, exit.code)) throw tarFailed(place.runner.place, command.argv, exit);
}

function cutOff(place: Place, folder: string): AdapterError {
  const text = `tar of ${folder} on ${place.runner.place} ended well, but its output has no end mark`;
  return new AdapterError('CommandFailed', text);
}
