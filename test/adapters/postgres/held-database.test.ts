import { setTimeout as delay } from 'node:timers/promises';
import { restoreTarget } from '../../../workflows/model/restore-target';
import { until } from '../../support/processes';
import { describeWith } from '../../support/requirements';
import { EngineUser } from '../engine-user';
import { accessTo, startPostgresBench, type PostgresBench } from './postgres-bench';

describeWith(['postgres'], 'PostgreSQL, a database that something holds', () => {
  let bench: PostgresBench;
  let user: EngineUser;
  let number = 400;
  const place = (into: string) => restoreTarget(into, ++number);

  beforeAll(async () => {
    bench = await startPostgresBench(['wal_level=logical', 'max_prepared_transactions=10']);
    user = new EngineUser(bench);
  });
  afterAll(() => bench.stop());

  it('by a prepared transaction is refused in the plan, and no client is disconnected by a swap in vain', async () => {
    const { server } = bench;
    await bench.seed('prepared', 'some');
    const dump = await user.dump('prepared');
    const target = place('prepared');
    await user.restoreBeside(dump, target);
    await server.query(`begin; create table x (); prepare transaction 'it''s "x"'`, 'prepared');
    expect(await user.observeTarget(dump, target)).toMatchObject({
      obstacle: {
        obstacle: expect.stringContaining(
          `prepared transactions hold database prepared: 'it''s "x"'`,
        ) as unknown,
        advice: expect.stringContaining('rollback prepared') as unknown,
      },
    });
    const client = await server.connect('prepared');
    await expect(user.swap(dump, target)).rejects.toMatchObject({
      ...{ kind: 'ResourceBusy', isFinal: true },
      message: expect.stringContaining('no session of it was ended') as unknown,
    });
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await client.end();
    await server.query(`rollback prepared 'it''s "x"'`, 'prepared');
    expect(await user.observeTarget(dump, target)).not.toHaveProperty('obstacle');
    expect(await user.swap(dump, target)).toEqual({ kept: true });
    await user.swapBack(dump, target);
  });

  it('by transactions that are prepared and committed all the time is restored', async () => {
    const { server } = bench;
    await bench.seed('managed', 'some');
    const dump = await user.dump('managed');
    const target = place('managed');
    const over = new AbortController();
    const manager = (async () => {
      for (let id = 0; !over.signal.aborted; id += 1) {
        await server
          .query(
            `begin; insert into cities (name) values ('${id}'); prepare transaction 'm${id}'`,
            'managed',
          )
          .catch(() => undefined);
        await delay(20);
        await server.query(`rollback prepared 'm${id}'`, 'managed').catch(() => undefined);
      }
    })();
    expect(await user.observeTarget(dump, target)).not.toHaveProperty('obstacle');
    over.abort();
    await manager;
  });

  it('by an idle slot is restored, and the slot is told', async () => {
    const { server } = bench;
    await bench.seed('slotted', 'some');
    const dump = await user.dump('slotted');
    await server.query(
      `select pg_create_logical_replication_slot('followed', 'test_decoding')`,
      'slotted',
    );
    expect(await user.observeTarget(dump, place('slotted'))).toMatchObject({
      notes: [expect.stringContaining('Replication slots of slotted (followed)')],
    });
    await server.query(`select pg_drop_replication_slot('followed')`, 'slotted');
  });

  it('by a subscription, or a slot in use, is refused, and dropped without the slot of the one that works', async () => {
    const { server } = bench;
    await bench.seed('subscribed', 'some');
    await bench.seed('published', 'some');
    await server.query('create publication everything for all tables', 'published');
    await server.query(
      `select pg_create_logical_replication_slot('feed', 'pgoutput')`,
      'published',
    );
    await server.query(
      `create subscription feed connection 'host=${server.host} port=${server.port} dbname=published user=${server.user} password=${server.password}'
       publication everything with (create_slot = false, copy_data = false, enabled = true)`,
      'subscribed',
    );
    const dump = await user.dump('subscribed');
    const published = await user.dump('published');
    await until(async () => {
      const { obstacle } = await user.observeTarget(published, place('published'));
      return obstacle?.obstacle.includes('replication slots of database published are in use');
    });
    const target = place('subscribed');
    expect(await user.observeTarget(dump, target)).toMatchObject({
      obstacle: {
        obstacle: expect.stringContaining('subscriptions write into database') as unknown,
      },
    });
    await user.restoreBeside(dump, target);
    await user.discardBeside(dump, target); // with its own, which is the same to the publisher
    expect(
      await server.query(`select slot_name from pg_replication_slots where slot_name = 'feed'`),
    ).toHaveLength(1);
    await server.query('alter subscription feed disable', 'subscribed');
    expect(await user.observeTarget(dump, target)).not.toHaveProperty('obstacle');
    await user.restoreBeside(dump, target);
    await user.swap(dump, target);
    await user.discardKept(dump, target);
    expect(await bench.readKept(target)).toBeUndefined();
    await server.query('drop publication everything', 'published');
  });

  it('tells what the server says beside its message', async () => {
    await bench.seed('detailed', 'nothing');
    const access = await accessTo(bench, () => undefined);
    const session = await access.connect('detailed');
    const refused = session.execute(
      'create table public.t (); create view public.v as select from public.t; drop table public.t',
    );
    await expect(refused).rejects.toThrow(
      /view public\.v depends on table public\.t.*Use DROP \.\.\. CASCADE/s,
    );
    await session.close();
  });
});
