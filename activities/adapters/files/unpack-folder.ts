import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AdapterError } from '../../adapter-error';
import type { Attempt, ByteSink } from '../../ports';
import type { Place } from './place';
import { tarFailed } from './tar-complaints';
import { unpackArgv, type TarProgram } from './tar-commands';
import { TarError, type TarEntry } from './tar-header';
import { TarReader } from './tar-reader';

/** Unpacks a tar into a folder; nothing of it can get out of the folder. */
export async function unpackFolder(
  place: Place,
  { folder, tar }: { readonly folder: string; readonly tar: TarProgram },
  attempt: Attempt,
): Promise<ByteSink> {
  const argv = unpackArgv(tar, folder, place.asRoot);
  const options = { ...place.options, signal: attempt.signal, stdin: 'pipe' as const };
  const command = await place.runner.spawn(argv, options);
  if (command.stdin === null) throw new AdapterError('InternalError', 'tar has no stdin');
  command.stdout.resume();
  const { stream, isWhole } = checked();
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
      if (exit.code !== 0) throw tarFailed(place.runner.place, argv, exit);
      if (!isWhole()) throw notRestorable(folder, new TarError('its end mark is missing'));
    },
  };
}

/** Passes a tar on, and withholds whatever would write outside the folder or is no whole tar. */
function checked(): { stream: Transform; isWhole: () => boolean } {
  const reader = new TarReader({ onEntry: assertInside });
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
  return { stream, isWhole: () => reader.complete };
}

/** GNU tar and BusyBox refuse these too; bsdtar and what comes later need not. */
function assertInside({ type, path, linkTarget }: TarEntry): void {
  const names = type === 'hardlink' ? [path, linkTarget] : [path];
  const escaping = names.find((name) => name.startsWith('/') || name.split('/').includes('..'));
  if (escaping !== undefined) {
    throw new TarError(`${JSON.stringify(escaping)} would be outside the folder`);
  }
}

function notRestorable(folder: string, cause: TarError): AdapterError {
  const text = `The stored tar cannot be restored into ${folder}: ${cause.message}`;
  return new AdapterError('VerificationFailed', text, {}, { cause });
}
