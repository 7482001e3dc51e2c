import type { ClientSession, Db } from 'mongodb';

/**
 * Of documents; the server ends a batch at 16 MiB, whatever it holds. Measured with documents of a kilobyte: the worker has
 * 360 MB at its peak with 4,000, 302 with 1,000, 233 with 500.
 */
const BATCH_DOCUMENTS = 500;

/**
 * Reads a collection's documents as the bytes they are stored in, in natural order, a batch at a time. The next batch is
 * asked for before this one is handed out.
 */
export async function* readRaw(
  db: Db,
  collection: string,
  session?: ClientSession,
): AsyncGenerator<readonly Buffer[]> {
  const cursor = db
    .collection(collection)
    .find({}, { raw: true, batchSize: BATCH_DOCUMENTS, ...(session && { session }) });
  try {
    let more = await cursor.hasNext();
    while (more) {
      const batch = cursor.readBufferedDocuments() as unknown as Buffer[];
      const next = cursor.hasNext();
      next.catch(() => undefined); // it is awaited below, unless the reader stops here
      yield batch;
      more = await next;
    }
  } finally {
    await cursor.close();
  }
}
