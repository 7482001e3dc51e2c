import fc from 'fast-check';
import { findSummary, lastWords } from '../../activities/adapters/restic/events';
import { objectsIn } from '../../activities/adapters/restic/json-objects';
import { markedPart, markedPoint } from '../../activities/adapters/restic/labels';
import { placesIn } from '../../activities/adapters/restic/locate-parts';
import { manifestText, parseManifest } from '../../activities/adapters/restic/parse-manifest';
import { parseSnapshot } from '../../activities/adapters/restic/snapshot';
import { readChain } from '../../activities/adapters/state-directory/audit-chain';
import { parseReceipt } from '../../activities/adapters/state-directory/parse-receipt';
import { releaseRecordText } from '../../workflows/model/release-text';
import { parseRelease } from '../../activities/adapters/state-directory/parse-release';
import { readFacts, readHashes } from '../../activities/adapters/compose/facts';
import { parse } from '../../activities/adapters/compose/resolve-project';
import { AdapterError } from '../../activities/ports/adapter-error';
import { MOST_PARTS, type Manifest } from '../../workflows/model/recovery-point';
import { manifestOf } from '../adapters/restic/fixtures';
import { describeRelease } from '../support/descriptions';

/*
 * What comes out of a repository, a state directory or another program may have been written by anybody. Each reader
 * takes it, or refuses it in words: it never crashes, hangs, or lets one bad piece hide the good ones.
 */

/** Ten thousand of each were run once, with `PAWL_MUTATIONS=10000`; that takes half a minute. */
const MUTATIONS = Number(process.env['PAWL_MUTATIONS'] ?? 1000);

const ID = 'a'.repeat(64);

const SNAPSHOT = {
  ...{ id: ID, short_id: 'aaaaaaaa', time: '2026-08-21T10:00:00.123Z', original: ID },
  tags: [
    ...['pawl-manifest', 'stack:melvin', 'run-id:melvin%2F1', 'run:key-1', 'parts:1', 'bytes:42'],
    ...['partial:false', 'entry:accounts', 'manifest-bytes:7', 'pawl-part', 'part:accounts'],
  ],
  summary: { total_bytes_processed: 7 },
};

const RECEIPT = {
  part: 'accounts',
  receipt: {
    ...{ uploadId: 'u-1', sha256: 'b'.repeat(64), bytes: 42 },
    facts: { format: 'tar', sourceVersion: 't', contents: [], consistency: 'snapshot', notes: [] },
  },
};

const COMPOSE = {
  name: 'melvin',
  services: {
    api: { image: 'api:1', ports: [{ target: 80, published: '8080' }], depends_on: { db: {} } },
  },
};

const SUMMARY = { message_type: 'summary', snapshot_id: ID, total_bytes_processed: 42 };

/** What a hostile value in the place of any other may be. */
const hostile = fc.oneof(
  fc.constantFrom<unknown>(
    ...[null, '', '--help', '--password-command=id', '../../etc/passwd', '%zz', '\u0000', '\ud800'],
    ...[
      -1,
      0,
      1e308,
      NaN,
      0.5,
      2 ** 53,
      true,
      [],
      {},
      [[]],
      'latest',
      '__proto__',
      'x'.repeat(5000),
    ],
    ...['\u001b[2J', 'pawl/manifest@9', { toString: 1 }, [null], { length: 1e9 }],
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Somewhere in the value, something is replaced, removed, doubled or added. */
function mutated(value: object): fc.Arbitrary<string> {
  const text = JSON.stringify(value);
  const inside = fc
    .tuple(fc.nat(), hostile, fc.constantFrom('replace', 'remove', 'double', 'add'))
    .map(([at, other, how]) => JSON.stringify(change(JSON.parse(text) as Json, at, other, how)));
  const torn = fc.nat(text.length).map((length) => text.slice(0, length));
  const garbled = fc
    .tuple(fc.nat(text.length), fc.string())
    .map(([at, piece]) => text.slice(0, at) + piece + text.slice(at + 1));
  return fc.oneof({ weight: 6, arbitrary: inside }, torn, garbled);
}

function change(root: Json, at: number, other: unknown, how: string): unknown {
  const places: [Json[] | { [key: string]: Json }, string][] = [];
  const visit = (node: Json): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, child] of Object.entries(node)) {
      places.push([node, key]);
      visit(child);
    }
  };
  visit(root);
  const [parent, key] = places[at % places.length] ?? [];
  if (parent === undefined || key === undefined) return other;
  const holder = parent as Record<string, unknown>;
  if (how === 'replace') holder[key] = other;
  else if (how === 'add') holder[`${key} `] = other;
  else if (how === 'remove') {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else Reflect.deleteProperty(parent, key);
  } else if (Array.isArray(parent)) parent.push(holder[key] as Json);
  else holder[key] = [holder[key], holder[key]];
  return root;
}

/** Anything but a refusal in words is a crash. */
function survives(read: (text: string) => unknown): (text: string) => void {
  return (text) => {
    try {
      read(text);
    } catch (error) {
      if (!(error instanceof AdapterError)) throw error;
    }
  };
}

const manifest = manifestOf();

describe.each<[string, object, (text: string) => unknown]>([
  ['a manifest', manifest, (text) => parseManifest(text, 'It')],
  ['a receipt', RECEIPT, (text) => parseReceipt(text)],
  ['a release', describeRelease({ services: [] }), (text) => parseRelease(text, 'it')],
  ['the project that Compose prints', COMPOSE, (text) => readFacts(parse(text))],
  ['what restic prints', SUMMARY, (text) => [findSummary(`x\n${text}\n`), lastWords(text)]],
  [
    'a snapshot and its tags',
    SNAPSHOT,
    (text) => {
      const snapshot = parseSnapshot(text);
      if (snapshot === undefined) return;
      markedPoint(snapshot);
      markedPart(snapshot);
      placesIn([snapshot], manifest);
    },
  ],
  [
    'the audit record',
    { run: 'melvin/1', runKey: 'k', previous: '0'.repeat(64) },
    (text) => readChain('melvin.jsonl', Buffer.from(`${text}\n`)),
  ],
])('%s', (_what, good, read) => {
  it(`survives ${MUTATIONS} mutations`, () => {
    fc.assert(fc.property(mutated(good), survives(read)), { numRuns: MUTATIONS });
  });
});

describe('lists', () => {
  it('of snapshots are the same however their bytes come, and one that is none hides no other', async () => {
    const good = [SNAPSHOT, { ...SNAPSHOT, short_id: 'bbbbbbbb' }].map((one) =>
      JSON.stringify(one),
    );
    const cuts = fc.array(fc.nat(500), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(hostile, cuts, async (bad, places) => {
        const text = Buffer.from(`[${[good[0], JSON.stringify(bad), good[1]].join(',')}]\n`);
        const found: string[] = [];
        for await (const object of objectsIn(pieces(text, places))) {
          const snapshot = parseSnapshot(object);
          if (snapshot !== undefined) found.push(snapshot.short_id);
        }
        expect(found).toEqual(['aaaaaaaa', 'bbbbbbbb']);
      }),
      { numRuns: 1000 },
    );
  });

  it('of hashes that Compose prints hold whole lines only', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const [service, hash] of readHashes(text)) expect(`${service} ${hash}`).toBeTruthy();
      }),
      { numRuns: MUTATIONS },
    );
  });
});

async function* pieces(bytes: Buffer, places: readonly number[]): AsyncGenerator<Buffer> {
  let from = 0;
  for (const at of [...places, bytes.length].sort((a, b) => a - b)) {
    yield bytes.subarray(from, Math.max(from, Math.min(at, bytes.length)));
    from = Math.max(from, Math.min(at, bytes.length));
    await Promise.resolve();
  }
}

describe('a manifest', () => {
  const [part] = manifest.parts;
  if (part === undefined) throw new Error('a manifest has a part');
  const refusal = (change: object): string => {
    try {
      parseManifest(JSON.stringify({ ...manifest, ...change }), 'Snapshot 4f1c9a2e');
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('is read as it was written', () => {
    expect(parseManifest(manifestText(manifest), 'It')).toEqual(manifest);
  });

  it.each<[string, object]>([
    ['an option for a path', { parts: [{ ...part, path: '--password-command=id' }] }],
    ['an option for a snapshot', { parts: [{ ...part, snapshotId: '--help' }] }],
    ['a part twice', { parts: [part, part] }],
    ['no part', { parts: [] }],
    ['fewer bytes than none', { parts: [{ ...part, bytes: -5 }] }],
    ['more bytes than there are', { parts: [{ ...part, bytes: 1e308 }] }],
    ['20,000 parts', { parts: many(20_000) }],
    ['a prototype', JSON.parse('{"__proto__": {"polluted": 1}, "parts": 1}') as object],
  ])('is refused with %s', (_what, change) => {
    expect(refusal(change)).toContain('holds no manifest as pawl writes it');
  });

  it('that another pawl has written is said to be that, with what is unknown', () => {
    const written = 'Snapshot 4f1c9a2e was written by another pawl ("0.1.0"): ';
    expect(refusal({ schema: 'pawl/manifest@9' })).toBe(
      `${written.replace('another', 'a newer')}its format is pawl/manifest@9, and this version reads 1`,
    );
    const redis = { ...part, part: { ...part.part, engine: 'redis' } };
    expect(refusal({ parts: [redis] })).toBe(
      `${written}parts.0.part.engine is the engine "redis", which this version does not have`,
    );
    expect(refusal({ seal: 1 })).toBe(`${written}it has "seal", which this version does not know`);
  });

  it('has as many parts as one may have, and is read in a blink', () => {
    const large = { ...manifest, parts: many(MOST_PARTS) } as Manifest;
    expect(parseManifest(manifestText(large), 'It').parts).toHaveLength(MOST_PARTS);
  });

  it('that could not be read back is not stored', () => {
    const forgotten = { ...manifest, fieldOfTomorrow: 1 } as Manifest;
    expect(() => manifestText(forgotten)).toThrow(/could not be read back/);
  });

  it('that is nested without an end is refused', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const facts = JSON.stringify({ ...part.facts, surroundings: 'HERE' }).replace('"HERE"', deep);
    const text = JSON.stringify(manifest).replace(JSON.stringify(part.facts), facts);
    expect(() => parseManifest(text, 'It')).toThrow(AdapterError);
  });

  function many(count: number): unknown[] {
    return Array.from({ length: count }, (_, index) => ({
      ...part,
      part: { ...part?.part, name: `uploads/${index}` },
    }));
  }
});

describe('a release that a newer pawl has recorded', () => {
  it('is refused by its format, with the version that can read it', () => {
    const newer = { ...describeRelease(), pawlVersion: '9.0.0', schema: 'pawl/release@2' };
    expect(() => parseRelease(JSON.stringify(newer), 'it')).toThrow(
      /newer pawl \(9\.0\.0\).*pawl\/release@2/,
    );
  });

  it('is read as it was written otherwise', () => {
    expect(parseRelease(releaseRecordText(describeRelease()), 'it')).toEqual(describeRelease());
  });
});
