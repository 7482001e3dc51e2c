import { Client, Connection } from '@temporalio/client';
import { PARTS_IN_OWN_HISTORY } from '../../workflows/restore/plan-groups';
import {
  databasesOf,
  makeDatabase,
  notesIn,
  postgresEntry,
  quoted,
} from '../runbooks/support/databases';
import { ProtectedStack } from '../runbooks/support/protected-stack';
import { startPawl, type PawlEnvironment } from '../support/pawl-environment';
import { startPostgres, type PostgresServer } from '../support/postgres-server';
import { until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { sealedClient } from '../support/sealed';

/** More than one history has room for. By hand with others: PAWL_TEST_PARTS=1000. */
const COUNT = Number(process.env['PAWL_TEST_PARTS'] ?? 120);
const NAMES = Array.from({ length: COUNT }, (_, number) => `db_${String(number).padStart(4, '0')}`);
/** Swapped when a swap is interfered with. */
const SOME = Math.ceil(COUNT / 4);
const LONGEST_SECONDS = 840;

describeWith(
  ['temporal', 'restic', 'postgres'],
  'a restore of more databases than one history has room for',
  () => {
    let server: PostgresServer;
    let pawl: PawlEnvironment;
    let stack: ProtectedStack;
    let before: readonly string[];
    const told: string[] = [];

    beforeAll(async () => {
      expect(COUNT).toBeGreaterThan(PARTS_IN_OWN_HISTORY);
      server = await startPostgres(['max_prepared_transactions=1']);
      pawl = await startPawl({ env: { DATABASE_PASSWORD: server.password } });
      await makeDatabase(server, 'first');
      for (const name of NAMES) {
        await server.query(`create database ${quoted(name)} template first`);
        await server.query(`insert into notes values (100, 'of ${name}')`, name);
      }
      await server.query('drop database first');
      before = await contents();
      stack = await ProtectedStack.create(pawl, {
        protect: { db: postgresEntry(server, { all: true }) },
      });
    });
    afterAll(async () => {
      await pawl.stop();
      await server.stop();
      process.stdout.write(`${told.join('\n')}\n`);
    });

    async function contents(): Promise<readonly string[]> {
      const found: string[] = [];
      for (const name of NAMES) found.push(`${name}: ${await notesIn(server, name)}`);
      return found;
    }

    async function change(): Promise<readonly string[]> {
      for (const name of NAMES) await server.query('delete from notes where id < 5', name);
      return contents();
    }

    const replaced = async (run: string): Promise<number> => {
      const suffix = `_before_${run.split('/')[1] ?? ''}`;
      return (await databasesOf(server)).filter((name) => name.endsWith(suffix)).length;
    };

    /** Returns while swaps go on; says how many were done. */
    const amongSwaps = (run: string): Promise<number> =>
      until(async () => {
        const done = await replaced(run);
        return done >= SOME ? done : undefined;
      }, LONGEST_SECONDS);

    const begin = () => stack.submit('restore', `--confirm=${stack.name}`);

    async function timed<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
      const began = performance.now();
      const result = await work();
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      told.push(`| ${what} of ${COUNT} databases | ${seconds} s |`);
      return result;
    }

    /** A restore has children; `least` is of how many histories it is, at least. */
    async function tellHistories(run: string, least: number): Promise<void> {
      const connection = await Connection.connect({ address: pawl.temporal.address });
      const client = new Client({ connection, ...sealedClient() });
      const query = `WorkflowId = '${run}' OR WorkflowId STARTS_WITH 'parts/${run}/'`;
      const lengths: number[] = [];
      let bytes = 0;
      for await (const one of client.workflow.list({ query })) {
        lengths.push(one.historyLength);
        bytes += one.historySize ?? 0;
      }
      await connection.close();
      const events = lengths.reduce((sum, length) => sum + length, 0);
      const each = `${(events / COUNT).toFixed(1)} events and ${Math.round(bytes / COUNT)} bytes a part`;
      told.push(
        `| ${run} | ${each} | ${lengths.length} histories, of at most ${Math.max(...lengths)} events |`,
      );
      expect(lengths.length).toBeGreaterThanOrEqual(least);
    }

    it('brings all of them back though its worker is killed in the middle of the swaps', async () => {
      const point = await timed('backup', () => stack.mustBackUp());
      await tellHistories(point.run, 1);
      expect(await change()).not.toEqual(before);

      await timed('restore, with the kill', async () => {
        const run = await begin();
        await amongSwaps(run);
        await pawl.killWorker9();
        const done = await replaced(run);
        expect(done).toBeLessThan(COUNT);
        told.push(`| killed after ${done} of ${COUNT} swaps |`);
        await pawl.startWorker();
        expect(await stack.watch(run)).toMatchObject({ code: 0 });

        expect(await contents()).toEqual(before);
        // All of what they replace is kept, together, until it is no longer wanted.
        expect(await replaced(run)).toBeGreaterThanOrEqual(COUNT);
        await tellHistories(run, 3);
        expect(await stack.cli('restore', 'confirm', run, '-y')).toMatchObject({ code: 0 });
        await until(
          async () => ((await databasesOf(server)).length === COUNT ? true : undefined),
          240,
        );
        expect(await databasesOf(server)).toEqual(NAMES);
      });
      expect(await contents()).toEqual(before);
      expect(await stack.locks()).toEqual([]);
    });

    it('undoes all swaps together when one in their middle cannot be made', async () => {
      const changed = await change();
      const last = NAMES.at(-1) ?? '';
      await timed('restore that is undone', async () => {
        const run = await begin();
        const done = await amongSwaps(run);
        // What is prepared holds its database where it is.
        await server.query(`begin; update notes set note = note; prepare transaction 'held'`, last);
        expect(await databasesOf(server)).not.toContain(
          `${last}_before_${run.split('/')[1] ?? ''}`,
        );
        const { code, failure } = await stack.watch(run);
        expect(code).not.toBe(0);
        expect(failure).toMatchObject({ type: 'ResourceBusy' });
        told.push(`| undone after more than ${done} of ${COUNT} swaps |`);
        await tellHistories(run, 3);
      });
      expect(await databasesOf(server)).toEqual(NAMES);
      await server.query(`rollback prepared 'held'`, last);
      expect(await contents()).toEqual(changed);
      expect(await stack.locks()).toEqual([]);
    });
  },
);
