import { once } from 'node:events';
import fc from 'fast-check';
import { BSON } from 'mongodb';
import { extract, type Header } from 'tar-stream';
import { DocumentsDigest } from '../../../activities/adapters/engines/mongodb/content-digest';
import { EndOfArchiveCheck } from '../../../activities/adapters/engines/mongodb/end-of-archive-check';
import { knowsEmptyTimestamps } from '../../../activities/adapters/engines/mongodb/insert-raw';
import {
  dumpFileStem,
  suffixedCollection,
} from '../../../activities/adapters/engines/mongodb/names';
import { splitDocuments } from '../../../activities/adapters/engines/mongodb/split-documents';
import {
  END_OF_ARCHIVE,
  fileHeader,
  padding,
} from '../../../activities/adapters/engines/mongodb/tar-archive';
import { EVERY_TYPE } from './every-bson-type';

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let offset = 0; offset < bytes.length; offset += size) {
    yield await Promise.resolve(bytes.subarray(offset, offset + size));
  }
}

async function collected(bytes: Buffer, size: number): Promise<Buffer[]> {
  const documents: Buffer[] = [];
  for await (const batch of splitDocuments('db/c.bson', inPieces(bytes, size)))
    documents.push(...batch);
  return documents;
}

async function headerOf(bytes: Buffer): Promise<Header> {
  const reader = extract();
  const seen = once(reader, 'entry') as Promise<[Header]>;
  reader.write(bytes);
  const [header] = await seen;
  reader.on('error', () => undefined).destroy();
  return header;
}

describe('splitDocuments', () => {
  it('gives the documents back, wherever the pieces of the file end', async () => {
    const documents = [
      EVERY_TYPE,
      Buffer.from(BSON.serialize({})),
      Buffer.from(BSON.serialize({ a: 1 })),
    ];
    const pieceSize = fc.integer({ min: 1, max: 2000 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...documents), { maxLength: 20 }),
        pieceSize,
        async (some, size) => {
          expect(await collected(Buffer.concat(some), size)).toEqual(some);
        },
      ),
    );
  });

  it('refuses a file that ends inside a document, or holds none', async () => {
    const cut = EVERY_TYPE.subarray(0, -1);
    await expect(collected(cut, 100)).rejects.toMatchObject({ kind: 'CommandFailed' });
    await expect(collected(Buffer.alloc(8), 100)).rejects.toMatchObject({ kind: 'CommandFailed' });
    await expect(collected(Buffer.alloc(8, 0xff), 100)).rejects.toMatchObject({
      kind: 'CommandFailed',
    });
  });
});

describe('the archive', () => {
  it('says names and sizes of any length', async () => {
    const path = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 300 })
      .filter((text) => !text.includes('\0'));
    const size = fc.oneof(fc.nat(), fc.integer({ min: 8 * 2 ** 30, max: Number.MAX_SAFE_INTEGER }));
    await fc.assert(
      fc.asyncProperty(path, size, async (name, bytes) => {
        expect(await headerOf(fileHeader(`db/${name}.bson`, bytes))).toMatchObject({
          name: `db/${name}.bson`,
          size: bytes,
          type: 'file',
        });
      }),
    );
  });

  it('is refused without its end mark, though every file in it is whole', () => {
    const file = Buffer.concat([fileHeader('db/c.bson', 5), Buffer.alloc(5), padding(5)]);
    const check = new EndOfArchiveCheck();
    check.write(file);
    expect(() => {
      check.requireSeen();
    }).toThrow(/cut off/);
    check.write(END_OF_ARCHIVE.subarray(0, 1000));
    check.write(END_OF_ARCHIVE.subarray(1000));
    check.requireSeen();
  });
});

describe('a digest of documents', () => {
  it('is the same in any order, and another when one is missing, doubled or changed', () => {
    const digest = (...numbers: number[]) => {
      const sum = new DocumentsDigest();
      for (const number of numbers) sum.add(BSON.serialize({ number }));
      return sum.result('c').digest;
    };
    expect(digest(1, 2, 3)).toBe(digest(3, 1, 2));
    expect(
      new Set([digest(1, 2, 3), digest(1, 2), digest(1, 2, 3, 3), digest(1, 2, 4), digest()]).size,
    ).toBe(5);
  });
});

describe('names', () => {
  it('keep their suffix and stay different when they are cut to what a server takes', () => {
    const names = [
      'c',
      'n'.repeat(230),
      `${'n'.repeat(229)}m`,
      '🙂'.repeat(58),
      `${'🙂'.repeat(57)}x`,
    ];
    const fitted = names.map((name) => suffixedCollection('d'.repeat(60), name, '_restoring_42'));
    expect(fitted[0]).toBe('c_restoring_42');
    expect(new Set(fitted).size).toBe(names.length);
    for (const name of fitted) {
      expect(name).toMatch(/_restoring_42$/);
      expect(Buffer.byteLength(name) + 61).toBeLessThanOrEqual(255);
    }
  });

  it('become file names as mongodump makes them', () => {
    expect(dumpFileStem('fs.chunks')).toBe('fs.chunks');
    expect(dumpFileStem('a/b %')).toBe('a%2Fb%20%25');
    expect(dumpFileStem('n'.repeat(300))).toMatch(/^n{208}%24[\w-]{27}$/);
  });
});

it('asks only servers that know it to leave empty timestamps alone', () => {
  expect(
    [
      [6, 0, 9],
      [7, 0, 12],
      [7, 0, 13],
      [7, 1, 0],
      [8, 0, 0],
    ].map(knowsEmptyTimestamps),
  ).toEqual([false, false, true, false, true]);
});
