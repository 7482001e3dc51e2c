import { HASHABLE_TYPES } from '../../../activities/adapters/engines/postgres/digest/method';
import { describeWith } from '../../support/requirements';
import { EngineUser } from '../engine-user';
import { startPostgresBench, type PostgresBench } from './postgres-bench';

/** Two values of each type that is hashed by itself, and of some that are not. */
const VALUES: Readonly<Record<string, readonly [string, string]>> = {
  int2: ['1', '2'],
  int4: ['1', '2'],
  int8: ['1', '9223372036854775807'],
  oid: ['1', '2'],
  pg_lsn: ['0/1', '0/2'],
  numeric: ['1.5', '1.50000000000000000000001'],
  float4: ['1', 'NaN'],
  float8: ['1', '-Infinity'],
  char: ['a', 'b'],
  uuid: ['00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002'],
  jsonb: ['{"a": 1}', '{"a": 2}'],
  interval: ['1 hour', '2 hours'],
  timestamp: ['2026-01-01', 'infinity'],
  timestamptz: ['2026-01-01 00:00:00+00', '-infinity'],
  time: ['01:00', '02:00'],
  timetz: ['01:00+01', '01:00+02'],
  inet: ['10.0.0.1', '10.0.0.1/8'],
  cidr: ['10.0.0.0/8', '10.0.0.0/9'],
  macaddr: ['08:00:2b:01:02:03', '08:00:2b:01:02:04'],
  macaddr8: ['08:00:2b:01:02:03:04:05', '08:00:2b:01:02:03:04:06'],
  text: ['naïve', 'naive'],
  varchar: ['', ' '],
  bpchar: ['a', 'b'],
  name: ['a', 'b'],
  bool: ['true', 'false'],
  bytea: [String.raw`\x00`, String.raw`\x0000`],
  date: ['2026-01-01', 'infinity'],
  json: ['{"a": 1}', '{"a":1}'],
  xml: ['<a/>', '<b/>'],
  point: ['(1,2)', '(1,3)'],
  _text: ['{a,b}', '{b,a}'],
  _json: ['{1}', '{2}'],
  int4range: ['[1,2)', '[1,3)'],
  tsvector: ['a', 'b'],
};

describeWith(['postgres'], 'the digest of a PostgreSQL table', () => {
  let bench: PostgresBench;
  let user: EngineUser;

  beforeAll(async () => {
    bench = await startPostgresBench();
    user = new EngineUser(bench);
    await bench.seed('digested', 'nothing');
  });
  afterAll(() => bench.stop());

  /** Makes one table for each of the row sets, and returns their digests in the same order. */
  async function digests(columns: string, ...contents: readonly string[]): Promise<string[]> {
    const statements = contents.flatMap((rows, index) => [
      `drop table if exists t${index}`,
      `create table t${index} (${columns})`,
      ...(rows === '' ? [] : [`insert into t${index} values ${rows}`]),
    ]);
    await bench.server.query(statements.join('; '), 'digested');
    const { facts } = await user.dump('digested');
    return contents.map((_, index) => {
      return facts.contents.find(({ name }) => name === `public.t${index}`)?.digest ?? '';
    });
  }

  it('knows a value of every type that is hashed by itself', () => {
    expect(Object.keys(VALUES)).toEqual(expect.arrayContaining([...HASHABLE_TYPES]));
  });

  it.each(Object.entries(VALUES))(
    'changes with a value of type %s, and with none',
    async (type, [one, other]) => {
      const found = await digests(
        `v pg_catalog."${type}"`,
        `('${one}')`,
        `('${other}')`,
        '(null)',
        `('${one}')`,
      );
      expect(found[3]).toBe(found[0]);
      expect(new Set(found).size).toBe(3);
    },
  );

  it('changes when two columns of one row change places, and not when two rows do', async () => {
    const [straight, crossed, turned] = await digests(
      'a int, b int, c text',
      `(1, 2, 'x'), (3, 4, 'y')`,
      `(2, 1, 'x'), (3, 4, 'y')`,
      `(3, 4, 'y'), (1, 2, 'x')`,
    );
    expect(crossed).not.toBe(straight);
    expect(turned).toBe(straight);
  });

  it('tells two equal rows from none, and an empty row from no row', async () => {
    const [none, two] = await digests('a int', '', '(1), (1)');
    expect(two).not.toBe(none);
  });
});
