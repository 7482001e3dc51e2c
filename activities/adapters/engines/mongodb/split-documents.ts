import { AdapterError } from '../../../ports/adapter-error';
import { BATCH_BYTES, BATCH_DOCUMENTS } from './insert-raw';

/** An empty document; and MongoDB's 16 MiB with the 16 KiB that servers allow beyond it. */
const SMALLEST = 5;
const LARGEST = 16 * 1024 * 1024 + 16 * 1024;

/**
 * Splits a BSON file into batches of whole documents, bounded in bytes and number.
 * Throws: CommandFailed when the bytes are no sequence of documents
 */
export async function* splitDocuments(
  file: string,
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<readonly Buffer[]> {
  let rest: Buffer = Buffer.alloc(0);
  let batch: Buffer[] = [];
  let batchBytes = 0;
  for await (const chunk of joined(chunks)) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let length = lengthOf(file, rest); length <= rest.length; length = lengthOf(file, rest)) {
      batch.push(rest.subarray(0, length));
      batchBytes += length;
      rest = rest.subarray(length);
      if (batchBytes >= BATCH_BYTES || batch.length >= BATCH_DOCUMENTS) {
        yield batch;
        batch = [];
        batchBytes = 0;
      }
    }
  }
  if (rest.length > 0) throw broken(file, `ends with ${rest.length} bytes of a document`);
  if (batch.length > 0) yield batch;
}

/** Joins small chunks, so that a large document is not copied once for each of them. */
async function* joined(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    waiting.push(chunk);
    bytes += chunk.length;
    if (bytes < 1024 * 1024) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(waiting);
}

/** Length of the document that `bytes` begins with; infinite while too little of it is there. */
function lengthOf(file: string, bytes: Buffer): number {
  if (bytes.length < 4) return Number.POSITIVE_INFINITY;
  const length = bytes.readInt32LE(0);
  if (length < SMALLEST || length > LARGEST)
    throw broken(file, `has a document of ${length} bytes`);
  return length;
}

function broken(file: string, what: string): AdapterError {
  return new AdapterError('CommandFailed', `${file} in the dump ${what}`);
}
