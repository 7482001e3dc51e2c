import { PassThrough, type Readable } from 'node:stream';
import { AdapterError } from '../../ports/adapter-error';
import type { Attempt } from '../../ports/attempt';
import { dumpArguments } from './arguments';
import type { Restic, RunningRestic } from './restic';
import { prepareLocking } from './stale-locks';

/** Ids as restic prints them; a word such as `latest`, or an option, is none. */
const SNAPSHOT_ID = /^[0-9a-f]{4,64}$/;

/**
 * Reads the one file of a snapshot.
 * Retry:  safe; reads only
 * Throws: PreconditionFailed (no such snapshot) · `finish`: CommandFailed (damaged) · ResourceBusy · ServiceUnavailable
 */
export async function readStream(
  restic: Restic,
  snapshotId: string,
  path: string,
  { signal }: Attempt,
): Promise<{ stream: Readable; finish(): Promise<void>; abort(): Promise<void> }> {
  const attempted = `Reading ${path} of snapshot ${snapshotId} from ${restic.name}`;
  const args = dumpArguments(checkedId(snapshotId), path, await prepareLocking(restic, signal));
  const dump = await restic.start(
    { args, attempted, signal, wasSeen: true },
    { patience: 'network', stdin: 'ignore' },
  );
  return {
    stream: outputOf(dump),
    finish: () => dump.ended(),
    abort: () => dump.kill(),
  };
}

/**
 * What restic prints, until its reader gives up: then restic is told to end, and what it still prints is thrown away. A pipe
 * that breaks instead would kill it before it has freed its lock, and a full one keep it from ever getting so far.
 */
export function outputOf(dump: RunningRestic): Readable {
  const output = dump.stdout.pipe(new PassThrough());
  dump.stdout.once('error', (error) => output.destroy(error));
  output.once('close', () => {
    if (output.readableEnded) return;
    dump.stdout.resume();
    void dump.kill();
  });
  return output;
}

export function checkedId(id: string): string {
  if (SNAPSHOT_ID.test(id)) return id;
  throw new AdapterError(
    'PreconditionFailed',
    `${JSON.stringify(id)} is not the id of a recovery point`,
    {
      advice: '`pawl points` lists the recovery points.',
    },
  );
}
