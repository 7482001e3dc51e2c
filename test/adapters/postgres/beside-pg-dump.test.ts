import { describeWith } from '../../support/requirements';
import { compare, lacks } from './objects/beside-pg-dump';
import { KINDS, ROLES, schemaOf } from './objects/kinds';
import { startPostgresBench, type PostgresBench } from './postgres-bench';

describeWith(['postgres'], 'PostgreSQL, beside pg_dump and pg_restore', () => {
  let bench: PostgresBench;

  beforeAll(async () => {
    bench = await startPostgresBench();
    await bench.server.query(ROLES);
  });
  afterAll(() => bench.stop());

  it('brings back every kind of object', async () => {
    await bench.seed('kinds', 'nothing');
    const client = await bench.server.connect('kinds');
    for (const [place, { sql }] of KINDS.entries()) {
      const schema = schemaOf(place);
      // Not a statement at a time: some names and bodies hold semicolons.
      await client.query(`create schema ${schema}; ${sql(schema)}`);
    }
    await client.end();
    const { source, plain, pawl } = await compare(bench, 'kinds', 'template template0');
    expect(pawl.complaint).toBeUndefined();
    const lost = lacks(source, pawl);
    const lostByBoth = new Set(lacks(source, plain));
    expect(lost.filter((piece) => !lostByBoth.has(piece))).toEqual([]);
    expect(source.size).toBeGreaterThan(4 * KINDS.length);
  });
});
