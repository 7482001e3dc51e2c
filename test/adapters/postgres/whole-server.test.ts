import { hostRunner } from '../../../activities/adapters/process/run-command';
import { createPostgresEngine } from '../../../activities/adapters/engines/postgres/engine';
import type { PostgresEntry } from '../../../workflows/model/stack';
import type { Json, Part } from '../../../workflows/model/recovery-point';
import { restoreTarget, type RestoreTarget } from '../../../workflows/model/restore-target';
import { startPostgres, type PostgresServer } from '../../support/postgres-server';
import { describeWith } from '../../support/requirements';
import { dumpWhole, newAttempt } from '../engine-user';
import { noContainers, PASSWORD, siteOf } from './postgres-bench';

describeWith(['postgres'], 'PostgreSQL, a whole server', () => {
  let source: PostgresServer;
  let target: PostgresServer;
  const engine = createPostgresEngine({ hostRunner, containers: noContainers });

  beforeAll(async () => {
    [source, target] = await Promise.all([startPostgres(), startPostgres()]);
  });
  afterAll(async () => {
    await Promise.all([source.stop(), target.stop()]);
  });

  const entryOn = (server: PostgresServer): PostgresEntry => ({
    name: 'all',
    engine: 'postgres',
    reach: { address: server },
    database: { all: true },
    user: server.user,
    password: PASSWORD,
    digests: true,
  });
  const partsOf = async (server: PostgresServer) => {
    const observed = await engine.observe({
      site: siteOf(server),
      entry: entryOn(server),
      attempt: newAttempt(),
    });
    return new Map(observed.parts.map((observation) => [observation.part.name, observation]));
  };
  const globals: Part = {
    name: 'all/globals',
    entry: 'all',
    engine: 'postgres',
    kind: 'globals',
    source: '',
  };

  it('is its globals and every database that takes connections, templates too', async () => {
    await source.query('create database globals');
    await source.query('create database "x/y"');
    await source.query('create database closed allow_connections false');
    await source.query('create database invalid');
    await source.query(`update pg_database set datconnlimit = -2 where datname = 'invalid'`);
    await source.query('create database model is_template true');
    const parts = await partsOf(source);
    expect([...parts.keys()].sort()).toEqual([
      'all/"globals"',
      'all/closed',
      'all/globals',
      'all/invalid',
      'all/model',
      'all/postgres',
      'all/x/y',
    ]);
    expect(parts.get('all/closed')?.skip).toBe('it does not allow connections');
    expect(parts.get('all/invalid')?.skip).toMatch(/^it is invalid/);
    expect(parts.get('all/"globals"')?.part).toMatchObject({ kind: 'database', source: 'globals' });
    const { facts } = await dumpWhole(engine, siteOf(source), entryOn(source), globals);
    expect(facts.notes).toEqual([
      'Roles are saved without their passwords.',
      'Left out: database closed: it does not allow connections.',
      'Left out: database invalid: it is invalid: a DROP DATABASE of it was interrupted.',
    ]);
    for (const database of ['closed', 'invalid']) {
      const observing = engine.observe({
        site: siteOf(source),
        entry: { ...entryOn(source), database },
        attempt: newAttempt(),
      });
      await expect(observing).rejects.toMatchObject({
        kind: 'PreconditionFailed',
        evidence: { advice: expect.any(String) as unknown },
      });
    }
    await source.query('drop database invalid');
  });

  it('is `template1` too, when it is not as it was made', async () => {
    expect((await partsOf(source)).has('all/template1')).toBe(false);
    await source.query('revoke usage on schema public from public', 'template1');
    expect((await partsOf(source)).has('all/template1')).toBe(true);
    await source.query('grant usage on schema public to public', 'template1');
    await source.query('create table everywhere as select 1 as one', 'template1');
    const part = (await partsOf(source)).get('all/template1')?.part;
    if (part === undefined) throw new Error('template1 is no part');
    const entry = entryOn(source);
    const { bytes, facts } = await dumpWhole(engine, siteOf(source), entry, part);
    await source.query('drop table everywhere', 'template1');
    await restore(entry, part, bytes, facts.surroundings, restoreTarget('template1', 8));
    await source.query('create database made template template1');
    expect(await source.query('select one from everywhere', 'made')).toEqual([{ one: 1 }]);
    expect(await templatesOf(source)).toContain('template1');
  });

  it('has its templates as such again', async () => {
    const part = (await partsOf(source)).get('all/model')?.part;
    if (part === undefined) throw new Error('model is no part');
    const entry = entryOn(source);
    const { bytes, facts } = await dumpWhole(engine, siteOf(source), entry, part);
    await source.query('alter database model is_template false');
    await source.query('drop database model');
    await restore(entry, part, bytes, facts.surroundings, restoreTarget('model', 9));
    expect(await templatesOf(source)).toContain('model');
  });

  async function restore(
    entry: PostgresEntry,
    part: Part,
    bytes: Buffer,
    surroundings: Json | undefined,
    place: RestoreTarget,
  ): Promise<void> {
    const site = siteOf(source);
    await engine.prepare({ site, entry, part, target: place, surroundings, attempt: newAttempt() });
    const sink = await engine.receive({ site, entry, part, target: place, attempt: newAttempt() });
    sink.stream.end(bytes);
    await sink.finish();
    await engine.swap({ site, entry, part, target: place, attempt: newAttempt() });
    await engine.discardKept({ site, entry, part, target: place, attempt: newAttempt() });
  }

  async function templatesOf(server: PostgresServer): Promise<string[]> {
    const found = await server.query<{ name: string }>(
      'select datname as name from pg_database where datistemplate',
    );
    return found.map(({ name }) => name);
  }

  it('leaves out what a restore made or kept', async () => {
    const entry = entryOn(source);
    const site = siteOf(source);
    await source.query('create database accounts');
    const part = (await partsOf(source)).get('all/accounts')?.part;
    if (part === undefined) throw new Error('accounts is no part');
    const { bytes } = await dumpWhole(engine, site, entry, part);
    const place = restoreTarget('accounts', 7);
    await engine.prepare({ site, entry, part, target: place, attempt: newAttempt() });
    expect((await partsOf(source)).get('all/accounts_restoring_7')?.skip).toMatch(/restore/);
    const sink = await engine.receive({ site, entry, part, target: place, attempt: newAttempt() });
    sink.stream.end(bytes);
    await sink.finish();
    await engine.swap({ site, entry, part, target: place, attempt: newAttempt() });
    const parts = await partsOf(source);
    expect(parts.get('all/accounts_before_7')?.skip).toMatch(/restore/);
    expect(parts.get('all/accounts')?.skip).toBeUndefined();
  });

  it('brings back missing roles and alters none that exist', async () => {
    await source.query(`create role "o'dd ""; --" createdb connection limit 3`);
    await source.query(`comment on role "o'dd ""; --" is E'two\\nlines; and a ''quote'''`);
    await source.query(`create role reader; create role writer login in role reader`);
    await source.query(`alter role writer set search_path to 'a', "B c"`);
    await target.query(`create role reader superuser`);
    const dump = await dumpWhole(engine, siteOf(source), entryOn(source), globals);
    expect(dump.bytes.toString()).not.toMatch(/SCRAM|PASSWORD/);
    expect(dump.facts.contents).toContainEqual(
      expect.objectContaining({ name: `role o'dd "; --`, digest: 'present' }),
    );

    const [site, entry] = [siteOf(target), entryOn(target)];
    const place = restoreTarget('', 1);
    const missing = await engine.digest({
      site,
      entry,
      part: globals,
      target: place,
      expected: dump.facts.contents,
      attempt: newAttempt(),
    });
    expect(missing).not.toEqual(dump.facts.contents);
    for (let twice = 0; twice < 2; twice += 1) {
      await engine.prepare({ site, entry, part: globals, target: place, attempt: newAttempt() });
      const sink = await engine.receive({
        site,
        entry,
        part: globals,
        target: place,
        attempt: newAttempt(),
      });
      sink.stream.end(dump.bytes);
      await sink.finish();
    }
    const { contents } = dump.facts;
    expect(
      await engine.digest({
        site,
        entry,
        part: globals,
        target: place,
        expected: contents,
        attempt: newAttempt(),
      }),
    ).toEqual(contents);
    expect(
      await engine.swap({ site, entry, part: globals, target: place, attempt: newAttempt() }),
    ).toEqual({ kept: false });
    const roles = await target.query(
      `select rolname, rolsuper, rolcreatedb, rolconnlimit, rolconfig, shobj_description(oid, 'pg_authid') as comment,
              array(select roleid::regrole::text from pg_auth_members where member = r.oid) as memberships
       from pg_roles r where rolname in ('reader', 'writer', 'o''dd "; --') order by rolname collate "C"`,
    );
    expect(roles).toEqual([
      {
        rolname: `o'dd "; --`,
        rolsuper: false,
        rolcreatedb: true,
        rolconnlimit: 3,
        rolconfig: null,
        comment: `two\nlines; and a 'quote'`,
        memberships: [],
      },
      {
        rolname: 'reader',
        rolsuper: true,
        rolcreatedb: false,
        rolconnlimit: -1,
        rolconfig: null,
        comment: null,
        memberships: [],
      },
      {
        rolname: 'writer',
        rolsuper: false,
        rolcreatedb: false,
        rolconnlimit: -1,
        rolconfig: ['search_path=a, "B c"'],
        comment: null,
        memberships: ['reader'],
      },
    ]);
  });
});
