import type { Db, Document } from 'mongodb';
import { DocumentSequence } from 'mongodb/lib/cmap/commands';
import { AdapterError } from '../../../ports/adapter-error';

/** MongoDB's limits are 48,000,000 bytes a message and 100,000 documents a command. */
export const BATCH_BYTES = 4 * 1024 * 1024;
export const BATCH_DOCUMENTS = 10_000;

export interface InsertOptions {
  /** Documents may be older than the collection's validator. */
  readonly bypassDocumentValidation: boolean;
  /** Whether the server knows the option; without it, it puts the time into `Timestamp(0, 0)`. */
  readonly bypassEmptyTsReplacement: boolean;
}

/**
 * Inserts documents as the bytes they are. The driver's own `insertMany` takes decoded documents, and JavaScript's objects
 * cannot hold every document: fields named like numbers change places, of two equal names one is lost, a NaN's bits, a
 * DBPointer. So the bytes go into the command as they came.
 * Throws: CommandFailed when the server took fewer than all; mongorestore counts such documents and exits with 0
 */
export async function insertRaw(
  db: Db,
  collection: string,
  documents: readonly Buffer[],
  options: InsertOptions,
): Promise<void> {
  const sequence = new DocumentSequence('documents');
  for (const document of documents) sequence.push(document, document);
  const answer = await db.command({
    insert: collection,
    documents: sequence,
    ordered: true,
    ...(options.bypassDocumentValidation && { bypassDocumentValidation: true }),
    ...(options.bypassEmptyTsReplacement && { bypassEmptyTsReplacement: true }),
  });
  const [failed] = (answer['writeErrors'] ?? []) as Document[];
  if (failed === undefined && answer['n'] === documents.length && !('writeConcernError' in answer))
    return;
  const concern = answer['writeConcernError'] as Document | undefined;
  throw new AdapterError(
    'CommandFailed',
    `collection ${JSON.stringify(collection)} took ${Number(answer['n'])} of ${documents.length} documents: ` +
      `${String(failed?.['errmsg'] ?? concern?.['errmsg'] ?? 'no reason given')} ` +
      `(code ${String(failed?.['code'] ?? concern?.['code'] ?? 'none')})`,
  );
}

/** MongoDB 8.0, and 7.0 from 7.0.13 on; what is older answers "unknown field". */
export function knowsEmptyTimestamps(versionNumbers: readonly number[]): boolean {
  const [major = 0, minor = 0, patch = 0] = versionNumbers;
  return major >= 8 || (major === 7 && minor === 0 && patch >= 13);
}
