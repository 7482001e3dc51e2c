import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { startPostgres, type PostgresServer } from '../support/postgres-server';
import { describeWith } from '../support/requirements';
import { databasesOf, makeDatabase, notesIn, postgresEntry } from './support/databases';
import { ProtectedStack } from './support/protected-stack';

describeWith(['temporal', 'restic', 'postgres'], 'a whole PostgreSQL server', () => {
  let pawl: PawlEnvironment;
  let server: PostgresServer;
  let stack: ProtectedStack;

  beforeAll(async () => {
    server = await startPostgres();
    pawl = await startPawl({ env: { DATABASE_PASSWORD: server.password } });
    await server.query('create role "the owner"; create role reader login in role "the owner"');
    await makeDatabase(server, 'shop');
    await makeDatabase(server, 'blog');
    await server.query('alter database shop owner to "the owner"');
    await server.query(`alter database shop set app.currency to 'EUR'`);
    await server.query(`comment on database shop is 'all that is sold'`);
    await server.query('grant create on database shop to reader');
    await server.query(
      `create extension hstore;
       alter table notes owner to "the owner";
       grant select on notes to reader;
       create table things (id serial primary key, tags hstore, picture oid);
       insert into things (tags, picture)
         select hstore('n', i::text), lo_from_bytea(0, convert_to(repeat(i::text, 9000), 'UTF8'))
         from generate_series(1, 5) i`,
      'shop',
    );
    stack = await ProtectedStack.create(pawl, {
      protect: { db: postgresEntry(server, { all: true }) },
    });
    await stack.mustBackUp();
  });
  afterAll(() => Promise.all([pawl.stop(), server.stop()]));

  it('comes back with roles, owners, rights, settings, extensions and large objects where all of it was dropped', async () => {
    const [notes, things] = [await notesIn(server, 'shop'), await thingsInShop()];
    const properties = await propertiesOfShop();
    await server.query('drop database shop');
    await server.query('drop role "the owner", reader');

    const { code, outcome } = await stack.restore();

    expect(code).toBe(0);
    const parts = outcome && 'parts' in outcome ? outcome.parts : [];
    expect(parts.map(({ name }) => name)).toContain('db/shop');
    expect(await notesIn(server, 'shop')).toBe(notes);
    expect(await thingsInShop()).toEqual(things);
    expect(await propertiesOfShop()).toEqual(properties);
    expect(await ownership()).toEqual([{ owner: 'the owner', reads: true, member: true }]);
  });

  it('is backed up without what a restore has kept', async () => {
    expect(await databasesOf(server)).toContain('blog_before_2');

    const { parts } = await stack.mustBackUp();

    // blog, shop, postgres and the roles
    expect(parts).toBe(4);
  });

  it('of which one database is wanted: the others stay as they are', async () => {
    await server.query('delete from notes', 'shop');
    await server.query('delete from notes', 'blog');

    expect((await stack.restore('db/blog')).code).toBe(0);

    expect(await notesIn(server, 'blog')).toMatch(/^10 /);
    expect(await notesIn(server, 'shop')).toMatch(/^0 |^$/);
  });

  function propertiesOfShop(): Promise<object[]> {
    return server.query(
      `select datdba::regrole::text as owner, array(select a::text from unnest(datacl) a order by 1) as rights,
              shobj_description(oid, 'pg_database') as comment,
              (select setconfig from pg_db_role_setting where setdatabase = d.oid) as settings
       from pg_database d where datname = 'shop'`,
    );
  }

  function thingsInShop(): Promise<object[]> {
    return server.query(
      `select id, tags -> 'n' as n, md5(lo_get(picture)) as picture, nextval('things_id_seq') > 5 as next
       from things order by id`,
      'shop',
    );
  }

  function ownership(): Promise<object[]> {
    return server.query(
      `select pg_get_userbyid(relowner) as owner, has_table_privilege('reader', 'notes', 'select') as reads,
              pg_has_role('reader', 'the owner', 'member') as member
       from pg_class where oid = 'notes'::regclass`,
      'shop',
    );
  }
});
