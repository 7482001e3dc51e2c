import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { startPostgres, type PostgresServer } from '../support/postgres-server';
import { describeWith } from '../support/requirements';
import { makeDatabase, postgresEntry } from './support/databases';
import { ProtectedStack } from './support/protected-stack';

const TABLES = 2_000;

describeWith(['temporal', 'restic', 'postgres'], 'a database of many tables', () => {
  let pawl: PawlEnvironment;
  let server: PostgresServer;
  let stack: ProtectedStack;

  beforeAll(async () => {
    server = await startPostgres();
    pawl = await startPawl({ env: { DATABASE_PASSWORD: server.password } });
    const database = await makeDatabase(server, 'many');
    // In pieces: one statement would take a lock on every table and its index at once.
    for (let first = 1; first < TABLES; first += 500) await createTables(first, first + 499);
    stack = await ProtectedStack.create(pawl, {
      protect: { many: postgresEntry(server, database) },
    });
  });
  afterAll(() => Promise.all([pawl.stop(), server.stop()]));

  it('is dumped, and restored table by table as it was', async () => {
    const { code, outcome } = await stack.backup();
    expect(code).toBe(0);
    expect(outcome).toMatchObject({ parts: [{ name: 'many', rows: TABLES * 2 + 10 }] });
    const before = await sumOfTables();
    await server.query('truncate t1, t2000', 'many');

    const restored = await stack.restore();

    expect(restored.code).toBe(0);
    expect(restored.outcome).toMatchObject({ parts: [{ name: 'many', rows: TABLES * 2 + 10 }] });
    expect(await sumOfTables()).toBe(before);
  });

  function createTables(first: number, last: number): Promise<object[]> {
    return server.query(
      `do $$ begin for i in ${first}..${last} loop
         execute format('create table t%s (id integer primary key, note text)', i);
         execute format('insert into t%s values (1, ''one''), (2, ''two'')', i);
       end loop; end $$`,
      'many',
    );
  }

  async function sumOfTables(): Promise<string> {
    const [row] = await server.query<{ sum: string }>(
      `select sum((xpath('/row/c/text()', query_to_xml(format('select count(*) as c from %I', tablename),
              false, true, '')))[1]::text::int) as sum
       from pg_tables where schemaname = 'public'`,
      'many',
    );
    return row?.sum ?? '';
  }
});
