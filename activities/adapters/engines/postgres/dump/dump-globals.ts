import { Transform, type Readable } from 'node:stream';
import type { PartFacts } from '../../../../../workflows/model/recovery-point';
import { AdapterError } from '../../../../ports/adapter-error';
import type { ByteSource } from '../../../../ports/byte-stream';
import type { RunningCommand } from '../../../../ports/command-runner';
import type { Access, Caller } from '../connect/access';
import { dumpGlobalsArguments } from '../commands';
import { globalsContents, readGlobals } from '../globals';
import { endSessionsNamed } from '../connect/own-sessions';
import { explainExit } from '../program-failure';
import { leftOutOf } from '../observe-server';
import { onServer } from '../connect/server-sessions';

/** Printed by pg_dumpall when it has come to its end. */
const END_MARK = 'PostgreSQL database cluster dump complete';
const TAIL_BYTES = 1_024;

const DATABASE = 'postgres';

/**
 * Dumps a server's roles and tablespaces as SQL.
 * Retry:  safe; sessions that an attempt of the same owner left are ended first
 * Throws: CredentialsRejected · PreconditionFailed (no fitting pg_dumpall) · ServiceUnavailable · CommandFailed
 */
export async function dumpGlobals(access: Access, caller: Caller): Promise<ByteSource> {
  const { before, version, major, leftOut } = await onServer(access, [], async (session) => {
    await endSessionsNamed(session, caller.applicationName);
    const { version: ofServer, major: majorOfServer } = session;
    return {
      before: await readGlobals(session),
      version: ofServer,
      major: majorOfServer,
      leftOut: await leftOutOf(session),
    };
  });
  const command = await access.start('pg_dumpall', major, DATABASE, dumpGlobalsArguments);
  const tail = new Tail();
  const stream = command.stdout.pipe(tail);
  command.stdout.on('error', (error) => stream.destroy(error));
  return {
    stream,
    async finish(): Promise<PartFacts> {
      await expectEnd(command, tail, access, caller);
      return {
        format: 'sql',
        sourceVersion: `PostgreSQL ${version}`,
        contents: globalsContents(before),
        consistency: 'roles and tablespaces are read one after the other, not at one instant',
        notes: ['Roles are saved without their passwords.', ...leftOut],
      };
    },
    async abort(): Promise<void> {
      await command.kill();
      (stream as Readable).destroy();
    },
  };
}

async function expectEnd(command: RunningCommand, tail: Tail, access: Access, caller: Caller) {
  const exit = await command.exit;
  caller.signal.throwIfAborted();
  if (exit.code !== 0) throw await explainExit(command, exit, access, DATABASE);
  if (tail.text.includes(END_MARK)) return;
  throw new AdapterError(
    'CommandFailed',
    `pg_dumpall at ${access.place} ended well but without its mark of completeness`,
  );
}

/** Passes bytes on and remembers the last ones. */
class Tail extends Transform {
  private last = Buffer.alloc(0);

  get text(): string {
    return this.last.toString('utf8');
  }

  override _transform(chunk: Buffer, _encoding: string, done: () => void): void {
    this.last = Buffer.concat([this.last, chunk]).subarray(-TAIL_BYTES);
    this.push(chunk);
    done();
  }
}
