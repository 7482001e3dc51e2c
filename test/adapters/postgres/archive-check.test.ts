import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as fc from 'fast-check';
import { ArchiveCheck } from '../../../activities/adapters/engines/postgres/dump/archive-check';
import { startPostgres, type PostgresServer } from '../../support/postgres-server';
import { describeWith } from '../../support/requirements';
import { postgresBench } from './postgres-bench';

const run = promisify(execFile);

describeWith(['postgres'], 'the completeness of an archive of pg_dump', () => {
  let server: PostgresServer;
  let rich: Buffer;

  beforeAll(async () => {
    server = await startPostgres();
    const reach = { reach: { address: server }, password: { env: 'NONE' } };
    const bench = postgresBench(server, {
      reach: () => reach,
      containers: {
        runner: () => Promise.reject(new Error()),
        mounts: () => Promise.reject(new Error()),
        address: () => Promise.reject(new Error()),
      },
    });
    await bench.seed('rich', 'some');
    rich = await archiveOf('rich');
  });
  afterAll(() => server.stop());

  async function archiveOf(database: string, ...options: string[]): Promise<Buffer> {
    const login = [
      '--host',
      server.socketDirectory,
      '--port',
      String(server.port),
      '--username',
      server.user,
    ];
    const { stdout } = await run(
      join(server.programs, 'pg_dump'),
      ['--format=custom', '--compress=0', ...login, ...options, database],
      { encoding: 'buffer', maxBuffer: 2 ** 28 },
    );
    return stdout;
  }

  it('is seen in archives with large objects, partitions, and names of any characters', () => {
    expect(check(rich)).toBeUndefined();
  });

  it('is seen in the archive of an empty database', async () => {
    await server.query('create database hollow');
    const hollow = await archiveOf('hollow');
    expect(check(hollow)).toBeUndefined();
    expect(check(hollow.subarray(0, -1))).toMatch('cut off in its table of contents');
  });

  it('is seen in archives of 2,000 tables, and of compressed rows', async () => {
    await server.query('create database wide');
    await server.query(
      `do $$ begin for n in 1..2000 loop
         execute format('create table t%s as select %L as v', n, repeat('x', n));
       end loop; end $$`,
      'wide',
    );
    const [plain, compressed] = [await archiveOf('wide'), await archiveOf('wide', '--compress=6')];
    expect([check(plain), check(compressed)]).toEqual([undefined, undefined]);
    expect(check(plain.subarray(0, -1))).toMatch('the data of 1 tables');
    expect(check(compressed.subarray(0, -1))).toMatch('the data of 1 tables');
  });

  it('is missed in every proper prefix, wherever it was cut', () => {
    const whole = new ArchiveCheck();
    const shortcomings: (string | undefined)[] = [];
    for (let length = 0; length < rich.length; length += 1) {
      shortcomings.push(whole.shortcoming());
      whole.take(rich.subarray(length, length + 1));
    }
    expect(shortcomings.filter((text) => text?.startsWith('only a part') !== true)).toEqual([]);
    expect(
      new Set(shortcomings.map((text) => /\d+ tables|header|contents/.exec(text ?? '')?.[0])).size,
    ).toBeGreaterThan(8);
    expect(whole.shortcoming()).toBeUndefined();
  });

  it('does not depend on the pieces in which it comes', () => {
    const pieces = fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(pieces, fc.nat(rich.length - 1), (sizes, cut) => {
        expect(check(rich, sizes)).toBeUndefined();
        expect(check(rich.subarray(0, cut), sizes)).toBe(check(rich.subarray(0, cut)));
      }),
      { numRuns: 50 },
    );
  });

  it('is missed in what goes on after its end, or is no archive any more', () => {
    expect(check(Buffer.concat([rich, Buffer.from([0])]))).toMatch('goes on after its end');
    const hole = Buffer.concat([
      rich.subarray(0, rich.length / 2),
      rich.subarray(rich.length / 2 + 7),
    ]);
    expect(check(hole)).toBeDefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        expect(check(Buffer.concat([rich.subarray(0, 11), noise]))).toBeDefined();
      }),
    );
  });

  it('is not judged where the version of the archive is newer, and that is told', () => {
    const newer = Buffer.from(rich.subarray(0, rich.length / 2));
    newer[6] = 17;
    const checked = new ArchiveCheck();
    checked.take(newer);
    expect(checked.shortcoming()).toBeUndefined();
    expect(checked.note).toMatch('does not know its version 1.17');
  });
});

describe('the completeness of an archive of another pg_dump', () => {
  /** Each of a table of two rows, a view, and a large object with content beside an empty one. */
  it.each(['postgresql-16.dump', 'postgresql-18.dump'])('is seen in %s alone', async (file) => {
    const archive = await readFile(join(__dirname, '../../fixtures/archives', file));
    const shortcomings = Array.from(archive, (_, length) => check(archive.subarray(0, length)));
    expect(shortcomings.filter((text) => text === undefined)).toEqual([]);
    expect(check(archive)).toBeUndefined();
  });
});

/** What the check says of these bytes, when they come in pieces of these sizes, in turn. */
function check(bytes: Buffer, sizes: readonly number[] = [65_536]): string | undefined {
  const checked = new ArchiveCheck();
  for (let [at, turn] = [0, 0]; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    checked.take(bytes.subarray(at, at + size));
    at += size;
  }
  return checked.shortcoming();
}
