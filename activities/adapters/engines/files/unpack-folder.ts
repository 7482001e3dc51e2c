import { dirname } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AdapterError } from '../../../ports/adapter-error';
import type { Attempt } from '../../../ports/attempt';
import type { ByteSink } from '../../../ports/byte-stream';
import type { FolderAccess } from './folder-access';
import { notKept, tarFailed } from './tar-complaints';
import { unpackArgv, type TarProgram } from './tar-commands';
import { TarError, type TarEntry } from './tar-header';
import { TarReader } from './tar-reader';

/** Unpacks a tar into a folder, and its time goes to the one above too; nothing of it can get out of the folder. */
export async function unpackFolder(
  access: FolderAccess,
  { folder, tar }: { readonly folder: string; readonly tar: TarProgram },
  attempt: Attempt,
): Promise<ByteSink> {
  const argv = unpackArgv(tar, access.asRoot);
  const options = { signal: attempt.signal, stdin: 'pipe' as const };
  const command = await access.spawnIn(folder, argv, options);
  if (command.stdin === null) throw new AdapterError('InternalError', 'tar has no stdin');
  command.stdout.resume();
  const { stream, isWhole, hasAttributes } = checked();
  const written = pipeline(stream, command.stdin).then(
    () => undefined,
    (error: unknown) => error,
  );
  const abort = async (): Promise<void> => {
    stream.destroy();
    await command.kill();
  };
  return {
    stream,
    abort,
    finish: async () => {
      const broken = await written;
      if (broken instanceof TarError) await abort();
      const exit = await command.exit;
      attempt.signal.throwIfAborted();
      if (broken instanceof TarError) throw notRestorable(folder, broken);
      if (exit.code !== 0) throw tarFailed(access.runner.location, folder, argv, exit);
      // Where a file system has no ACLs at all, tar complains of every file, whether it had one or not.
      const lost = hasAttributes() ? notKept(exit.stderrTail) : undefined;
      if (lost !== undefined) throw cannotKeep(access, folder, lost);
      if (!isWhole()) throw notRestorable(folder, new TarError('its end mark is missing'));
      // What comes out of it at the swap changes its time; this keeps it for the folder that gets it all.
      await access.copyTime(folder, dirname(folder));
    },
  };
}

/** Passes a tar on, and withholds whatever would write outside the folder or is no whole tar. */
function checked(): { stream: Transform; isWhole: () => boolean; hasAttributes: () => boolean } {
  let attributes = false;
  const reader = new TarReader({
    onEntry: (entry) => {
      assertInside(entry);
      attributes ||= entry.attributes !== '';
    },
  });
  const attempted = (work: () => void, done: (error?: Error) => void): void => {
    try {
      work();
      done();
    } catch (error) {
      done(error as Error);
    }
  };
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      attempted(() => {
        reader.add(chunk);
        this.push(chunk);
      }, done);
    },
    flush: (done) => {
      attempted(() => {
        if (!reader.complete) throw new TarError('its end mark is missing');
      }, done);
    },
  });
  return { stream, isWhole: () => reader.complete, hasAttributes: () => attributes };
}

/** GNU tar and BusyBox refuse these too; bsdtar and what comes later need not. */
function assertInside({ type, path, linkTarget }: TarEntry): void {
  const names = type === 'hardlink' ? [path, linkTarget] : [path];
  const escaping = names.find((name) => name.startsWith('/') || name.split('/').includes('..'));
  if (escaping !== undefined) {
    throw new TarError(`${JSON.stringify(escaping)} would be outside the folder`);
  }
}

/** Told here, and not by a proof that finds the tree to be another: the reason is known. */
function cannotKeep(access: FolderAccess, folder: string, complaint: string): AdapterError {
  const text = `ACLs or extended attributes could not be restored into ${folder} on ${access.runner.location}: ${complaint}`;
  const advice =
    'Restore to a file system that has them, as a worker that may set them (root), or make the users and groups that they name.';
  return new AdapterError('PreconditionFailed', text, { advice });
}

function notRestorable(folder: string, cause: TarError): AdapterError {
  const text = `The stored tar cannot be restored into ${folder}: ${cause.message}`;
  return new AdapterError('VerificationFailed', text, {}, { cause });
}
