import { productionImages } from '../images/production-images';
import type { PawlHost } from './support/pawl-host';
import type { ProductionServer } from './support/production-server';
import { describeProduction, ProductionSite } from './support/production-site';

/** One minor version after the other, and what their tables are: `schema_version` of both databases. */
const BEFORE = '1.30.8';
const OF_THE_FILE = '1.31.2';
const NEXT = '1.32.1';
const TABLES = { [BEFORE]: ['1.18', '1.13'], [OF_THE_FILE]: ['1.19', '1.14'] };
/** The first statement of 1.31's tables for lists. */
const CUT_OFF = `alter table executions_visibility add column TemporalExternalPayloadSizeBytes bigint
  generated always as ((search_attributes->'TemporalExternalPayloadSizeBytes')::bigint) stored`;

describeProduction('the production server, from version to version', () => {
  let site: ProductionSite;
  let server: ProductionServer;
  let host: PawlHost;

  beforeAll(async () => {
    site = await ProductionSite.prepare(await productionImages(BEFORE, NEXT));
    ({ server } = site);
    await server.makePassword();
    await server.setVersion(BEFORE);
  });

  afterAll(() => site.remove());

  describe('whose one-shots are killed half-way at its first start', () => {
    it.each(['temporal', 'temporal_visibility'])(
      'begins with %s again, when it is started again',
      async (database) => {
        expect(await server.compose('up', '-d', '--wait', 'postgresql')).toMatchObject({ code: 0 });
        await server.killHalfWay('schema', () => server.sqlAtOnce(untilBegun(database)));
        const left = await databases();
        expect([left.has(`${database}_new`), left.has(database)]).toEqual([true, false]);
      },
    );

    it('is whole in the end, also when the namespace was cut off', async () => {
      expect(await server.compose('up', '-d', '--wait', 'temporal')).toMatchObject({ code: 0 });
      await server.killHalfWay('namespace', () => Promise.resolve());
      await server.up();
      await server.serves();
      expect(await server.schemaVersions()).toEqual(TABLES[BEFORE]);
      expect(await databases()).toEqual(new Set(['postgres', 'temporal', 'temporal_visibility']));
    });
  });

  describe('one minor version up', () => {
    beforeAll(async () => {
      host = await site.addHost('web-1', 'uploads');
    });

    it('takes a run that is open with it, and goes on with tables that were cut off half-way', async () => {
      expect(await server.schemaVersions()).toEqual(TABLES[BEFORE]);
      await server.sql('temporal_visibility', CUT_OFF);
      await upgrade(BEFORE, OF_THE_FILE);
      expect(await server.logs('schema')).toMatch(/Duplicate update.*already exists/);
      expect(await server.schemaVersions()).toEqual(TABLES[OF_THE_FILE]);
    });

    it('and once more, to the one after that of the file', () => upgrade(OF_THE_FILE, NEXT));
  });

  async function upgrade(from: string, to: string): Promise<void> {
    expect(await version()).toBe(from);
    const { run, release } = await host.backUpHalfWay();
    await server.setVersion(to);
    const since = Date.now();
    await server.up();
    console.log(`${from} → ${to}: up after ${((Date.now() - since) / 1000).toFixed(1)} s`);
    expect(await version()).toBe(to);
    await release();
    await host.expectSaved(run);
  }

  async function version(): Promise<string> {
    const told = await server.temporal<{ serverVersion: string }>(
      ...['operator', 'cluster', 'describe'],
    );
    return told.serverVersion;
  }

  async function databases(): Promise<ReadonlySet<string>> {
    const statement = 'select datname from pg_database where not datistemplate';
    return new Set((await server.sql('postgres', statement)).split('\n'));
  }
});

/** Asks in the server itself: looks from outside take longer than the whole database. */
function untilBegun(database: string): string {
  return `set statement_timeout = '60s'; do $$ begin
    loop exit when exists (select from pg_database where datname = '${database}_new');
      perform pg_sleep(0.01); end loop;
    perform pg_sleep(0.2); end $$`;
}
