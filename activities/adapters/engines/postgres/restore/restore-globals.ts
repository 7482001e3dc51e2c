import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { AdapterError } from '../../../../ports/adapter-error';
import type { ByteSink } from '../../../../ports/byte-stream';
import type { Access } from '../connect/access';
import { globalsContents, readGlobals } from '../globals';
import { missingGlobals } from './globals-statements';
import type { PartRestorer } from './part-restorer';
import { inTransaction, onServer } from '../connect/server-sessions';

/** A server with 100,000 roles has about 20 MB of them. */
const LIMIT_BYTES = 64 * 1024 * 1024;

/**
 * Creates the roles and tablespaces that the server has not. It replaces nothing, so there is no place beside, nothing
 * to swap and nothing to undo: what was created harms nobody, and databases may own it by now.
 */
export const globalsRestorer: PartRestorer = {
  observeTarget: (access) =>
    onServer(access, [], ({ version }) =>
      Promise.resolve({
        exists: false,
        bytes: 0,
        otherSessions: 0,
        version: `PostgreSQL ${version}`,
      }),
    ),
  prepare: () => Promise.resolve([]),
  receive: (access) => Promise.resolve(globalsSink(access)),
  async digest(access, _task, expected) {
    const present = globalsContents(await onServer(access, [], readGlobals));
    const names = new Set(present.map(({ name }) => name));
    return expected.filter(({ name }) => names.has(name)); // what else is there was there before
  },
  swap: () => Promise.resolve({ kept: false }),
  swapBack: () => Promise.resolve(),
  discardBeside: () => Promise.resolve(),
  discardKept: () => Promise.resolve(),
};

function globalsSink(access: Access): ByteSink {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      chunks.push(chunk);
      done(bytes > LIMIT_BYTES ? tooMuch() : null);
    },
  });
  const whole = finished(stream);
  whole.catch(() => undefined); // told by finish()
  return {
    stream,
    async finish() {
      await whole;
      await create(access, Buffer.concat(chunks).toString('utf8'));
    },
    abort() {
      stream.destroy();
      return Promise.resolve();
    },
  };
}

async function create(access: Access, sql: string): Promise<void> {
  await onServer(access, [], async (session) => {
    const missing = missingGlobals(sql, await readGlobals(session));
    await inTransaction(session, missing.roles);
    for (const statement of missing.tablespaces) await session.execute(statement);
    await inTransaction(session, missing.tablespaceProperties);
  });
}

function tooMuch(): AdapterError {
  return new AdapterError('CommandFailed', `The globals have more than ${LIMIT_BYTES} bytes`);
}
