import { Readable } from 'node:stream';
import { MongoClient } from 'mongodb';

/**
 * What somebody would write in ten lines: every document of every collection as raw bytes, one after the other. No tar, no
 * digests, no second look; the mark that a dump's speed is measured against.
 */
export function bareDriverLoop(url: string, database: string): Readable {
  return Readable.from(documents(url, database), { objectMode: false, highWaterMark: 1024 * 1024 });
}

async function* documents(url: string, database: string): AsyncGenerator<Buffer> {
  const client = new MongoClient(url);
  try {
    const db = client.db(database);
    for (const { name } of await db.listCollections({}, { nameOnly: true }).toArray()) {
      const cursor = db.collection(name).find({}, { raw: true, batchSize: 4000 });
      while (await cursor.hasNext()) {
        yield Buffer.concat(cursor.readBufferedDocuments() as unknown as Buffer[]);
      }
    }
  } finally {
    await client.close();
  }
}
