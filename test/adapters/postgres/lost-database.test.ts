import { restoreTarget, type RestoreTarget } from '../../../workflows/model/restore-target';
import { until } from '../../support/processes';
import { describeWith } from '../../support/requirements';
import { EngineUser, type WholeDump } from '../engine-user';
import { startPostgresBench, type PostgresBench } from './postgres-bench';

describeWith(['postgres'], 'PostgreSQL, a database that is lost', () => {
  let bench: PostgresBench;
  let user: EngineUser;
  let number = 300;
  const target = (into: string): RestoreTarget => restoreTarget(into, ++number);

  beforeAll(async () => {
    bench = await startPostgresBench();
    user = new EngineUser(bench);
    await bench.server.query(`create role "shop owner"; create role "shop ""user"`);
  });
  afterAll(() => bench.stop());

  const propertiesOf = async (database: string) => {
    const [properties] = await bench.server.query<object>(
      `select pg_get_userbyid(datdba) as owner, datconnlimit, datacl::text, datallowconn,
              pg_encoding_to_char(encoding) as encoding, datcollate, datctype, datlocprovider,
              daticulocale, shobj_description(oid, 'pg_database') as comment,
              (select spcname from pg_tablespace s where s.oid = dattablespace) as tablespace,
              array(select coalesce(setrole::regrole::text, '') || ' ' || unnest(setconfig)
                    from pg_db_role_setting where setdatabase = d.oid order by 1) as settings
       from pg_database d where datname = '${database}'`,
    );
    return properties;
  };

  /** With everything of its own that a database can have, dumped and dropped. */
  async function lose(database: string): Promise<{ dump: WholeDump; before: object | undefined }> {
    const { server } = bench;
    const sql = (statement: string) => server.query(statement);
    await sql(
      `create database ${database} owner "shop owner" template template0 encoding 'LATIN1'
       lc_collate 'C' lc_ctype 'C' connection limit 17`,
    );
    await sql(`revoke all on database ${database} from public`);
    await sql(`revoke create on database ${database} from "shop owner"`);
    await sql(`grant connect on database ${database} to "shop ""user" with grant option`);
    await sql(`comment on database ${database} is E'it''s the shop\nof two lines'`);
    await sql(`alter database ${database} set search_path to "$user", 'a, b', public`);
    await sql(`alter database ${database} set app.key to 'a=b'`);
    await sql(`alter database ${database} set default_transaction_read_only to on`);
    await sql(`alter role "shop ""user" in database ${database} set statement_timeout to '5s'`);
    const before = await propertiesOf(database);
    const dump = await user.dump(database);
    await sql(`drop database ${database}`);
    return { dump, before };
  }

  it('comes back with its owner, rights, settings, limit, comment, encoding and locale', async () => {
    const { dump, before } = await lose('shop');
    const place = target('shop');
    expect(await user.restoreBeside(dump, place)).toEqual([]);
    expect(await user.swap(dump, place)).toEqual({ kept: false });
    await user.discardKept(dump, place);
    expect(await propertiesOf('shop')).toEqual(before);
  });

  it('has them under another name, too', async () => {
    const { dump, before } = await lose('moved');
    const place = target('elsewhere');
    await user.restoreBeside(dump, place);
    await user.swap(dump, place);
    await user.discardKept(dump, place);
    expect(await propertiesOf('elsewhere')).toEqual(before);
  });

  it('comes back with an ICU locale and without a single right', async () => {
    const { server } = bench;
    await server.query(
      `create database icu template template0 encoding 'UTF8' locale_provider icu icu_locale 'sv'`,
    );
    await server.query(`revoke all on database icu from public, ${server.user}`);
    const before = await propertiesOf('icu');
    const dump = await user.dump('icu');
    await server.query('drop database icu');
    const place = target('icu');
    expect(await user.restoreBeside(dump, place)).toEqual([]);
    await user.swap(dump, place);
    await user.discardKept(dump, place);
    expect(before).toMatchObject({ datacl: '{}', daticulocale: 'sv' });
    expect(await propertiesOf('icu')).toEqual(before);
  });

  it('is taken away again by an undo, whatever its comment was', async () => {
    const { dump } = await lose('undone');
    const place = target('undone');
    await user.restoreBeside(dump, place);
    await user.swap(dump, place);
    await user.swapBack(dump, place);
    expect(await propertiesOf('undone')).toBeUndefined();
  });

  it('comes back without what this server has not, and that is told', async () => {
    const { dump, before } = await lose('abroad');
    const surroundings = {
      ...(dump.facts.surroundings as object),
      collate: 'xx_XX.nowhere',
      tablespace: 'no "such',
      owner: 'gone; away',
      rights: [
        { grantee: 'gone; away', right: 'CONNECT', isGrantable: false },
        { grantee: 'shop "user', right: 'TEMPORARY', isGrantable: false },
      ],
      settings: [
        { role: 'gone; away', name: 'work_mem', value: '7MB' },
        { role: null, name: 'work_mem', value: 'hunter2' },
        { role: null, name: 'statement_timeout', value: '5s' },
      ],
    };
    const place = target('abroad');
    const notes = await user.restoreBeside(
      { ...dump, facts: { ...dump.facts, surroundings } },
      place,
    );
    expect(notes).toEqual([
      'Database abroad: left out tablespace "no ""such", locale xx_XX.nowhere, setting work_mem: the server refused it (SQLSTATE 22023).',
      'Database abroad: left out owner "gone; away", revoked rights of "gone; away", right CONNECT of "gone; away", setting work_mem of role "gone; away": role "gone; away" does not exist.',
    ]);
    await user.swap(dump, place);
    await user.discardKept(dump, place);
    const { user: superuser } = bench.server;
    expect(await propertiesOf('abroad')).toEqual({
      ...before,
      owner: superuser,
      datacl: `{${superuser}=CTc/${superuser},"\\"shop \\"\\"user\\"=T/${superuser}"}`,
      settings: ['- statement_timeout=5s'],
    });
  });

  it('comes back with what its server gives to any, from a manifest that recorded nothing', async () => {
    const { dump } = await lose('old');
    const { surroundings, ...facts } = dump.facts;
    expect(surroundings).toBeDefined();
    const place = target('old');
    expect(await user.restoreBeside({ ...dump, facts }, place)).toEqual([]);
    await user.swap(dump, place);
    await user.discardKept(dump, place);
    expect(await propertiesOf('old')).toMatchObject({ owner: bench.server.user, comment: null });
  });

  it('is swapped once, when an attempt that was given up is still at it', async () => {
    const { server } = bench;
    await bench.seed('contested', 'some');
    const dump = await user.dump('contested');
    const place = target('contested');
    await user.restoreBeside(dump, place);
    const waiting = (event: string) => async () =>
      (
        await server.query<object>(
          `select from pg_stat_activity where wait_event_type = 'Lock' and wait_event = '${event}'`,
        )
      )[0];
    const holder = await server.connect();
    await holder.query(`begin; comment on database contested${place.besideSuffix} is 'held'`);
    const first = user.swap(dump, place);
    await until(waiting('object')); // between its looking and its renames
    const second = user.swap(dump, place);
    await until(waiting('advisory'));
    await holder.query('rollback');
    await holder.end();
    expect(await Promise.all([first, second])).toEqual([{ kept: true }, { kept: true }]);
    expect(await bench.read('contested')).toBe(await bench.readKept(place));
  });

  it('is not swapped with the empty place that a late attempt has prepared', async () => {
    await bench.seed('late', 'some');
    const before = await bench.read('late');
    const dump = await user.dump('late');
    const place = target('late');
    await user.restoreBeside(dump, place);
    await user.prepare(dump, place);
    await expect(user.swap(dump, place)).rejects.toMatchObject({
      kind: 'PreconditionFailed',
      message: expect.stringContaining('was not restored wholly') as unknown,
    });
    await user.swapBack(dump, place);
    expect(await bench.read('late')).toBe(before);
  });

  it('is not restored from half an archive', async () => {
    await bench.seed('half', 'much');
    const dump = await user.dump('half');
    const place = target('half');
    const bytes = dump.bytes.subarray(0, dump.bytes.length / 2);
    await expect(user.restoreBeside({ ...dump, bytes }, place)).rejects.toMatchObject({
      kind: 'CommandFailed',
    });
    await expect(user.swap(dump, place)).rejects.toThrow('was not restored wholly');
    await user.discardBeside(dump, place);
  });
});
