import type { Readable } from 'node:stream';
import { formatCount } from '../../../../../workflows/model/format-count';
import { AdapterError } from '../../../../ports/adapter-error';
import type { Access } from '../connect/access';
import { identifier } from '../connect/quoting';
import { inTransaction, onServer } from '../connect/server-sessions';
import { entriesOf, readHead, type ArchiveHead } from '../restore/archive-head';
import { rolesInArchive } from './roles-in-archive';

/**
 * Reads an archive's table of contents, and makes the roles that it names on a server that was made for it. They may not log
 * in; a role that is there stays as it is.
 * Retry:  safe
 * Throws: VerificationFailed (no archive, or one that is damaged)
 */
export async function readAhead(access: Access, dump: Readable): Promise<string> {
  const { head } = await readHead(dump[Symbol.asyncIterator]() as AsyncIterator<Buffer>);
  if (head === undefined) {
    const text = 'the table of contents of the dump cannot be read to its end';
    throw new AdapterError('VerificationFailed', text);
  }
  await onServer(access, [], async (session) => {
    const present = new Set(await session.execute('select rolname from pg_catalog.pg_roles'));
    const missing = rolesInArchive(head).filter((role) => !present.has(role));
    await inTransaction(
      session,
      missing.map((role) => `create role ${identifier(role)} nologin`),
    );
  });
  const count = countEntries(head);
  return `${formatCount(count, 'object')} in its table of contents`;
}

/** One by one: an archive may have a million of them. */
function countEntries(head: ArchiveHead): number {
  const entries = entriesOf(head);
  let count = 0;
  while (entries.next().done !== true) count += 1;
  return count;
}
