import type { ClientSession, Db } from 'mongodb';
import type { ContentDigest } from '../../../../workflows/model/recovery-point';
import type { Covered } from './catalogue';
import { DocumentsDigest } from './content-digest';
import { readRaw } from './read-raw';
import { Spool } from './spool';
import { hasCode } from './to-adapter-error';

/** A collection's documents, complete, with their number of bytes known. */
export interface SpooledCollection {
  readonly spool: Spool;
  readonly digest: ContentDigest;
  /** Why it does not show the snapshot's instant. */
  readonly besideSnapshot?: string;
}

export interface SpoolingContext {
  readonly db: Db;
  readonly session: ClientSession | undefined;
  readonly directory: string;
  readonly onMoved: () => void;
}

const SNAPSHOT_REFUSED = [
  72, // InvalidOptions: not for this kind of collection
  239, // SnapshotTooOld
  246, // SnapshotUnavailable
] as const;

/**
 * Reads a collection into a spool and digests the bytes on their way, so that what is digested is what is stored.
 *
 * A tar entry's size stands before its bytes, and nobody knows the size of a collection that is being written to. Padding
 * or parts would break mongodump's layout; so the collection waits, in memory or on disk, until it is whole. It also keeps
 * the cursor moving however slowly the repository takes the bytes: an idle one is closed after ten minutes.
 */
export async function spoolCollection(
  context: SpoolingContext,
  covered: Covered,
): Promise<SpooledCollection> {
  const { session } = context;
  if (session === undefined) return readInto(context, covered, undefined);
  try {
    return await readInto(context, covered, session);
  } catch (error) {
    // What was spooled is thrown away, so it can be read again outside the snapshot: it is told, and better than nothing.
    if (!hasCode(error, ...SNAPSHOT_REFUSED)) throw error;
    const whole = await readInto(context, covered, undefined);
    return { ...whole, besideSnapshot: (error as Error).message };
  }
}

async function readInto(
  { db, directory, onMoved }: SpoolingContext,
  covered: Covered,
  session: ClientSession | undefined,
): Promise<SpooledCollection> {
  const spool = new Spool(directory);
  const digest = new DocumentsDigest();
  try {
    for await (const documents of readRaw(db, covered.name, session)) {
      for (const document of documents) digest.add(document);
      await spool.append(documents);
      onMoved();
    }
    return { spool, digest: digest.result(covered.name) };
  } catch (error) {
    await spool.close();
    throw error;
  }
}
