import { BSON } from 'mongodb';
import { restoreTarget, type RestoreTarget } from '../../../workflows/model/restore-target';
import type { MongodbEntry } from '../../../workflows/model/stack';
import { dumpWhole, newAttempt } from '../engine-user';
import { engine, entryAt, partOf, site } from './mongodb-bench';
import { ReplicaSet } from './replica-set';

const { part } = partOf({ into: 'melvin' });
const target = restoreTarget('melvin', 7);
const NEW = document('restored');
const OLD = document('was there');
const CHANGES = ['create', 'drop', 'renameCollection', 'update'];

describe('MongoDB swap on a server with views and time series', () => {
  let server: ReplicaSet;
  let entry: MongodbEntry;

  beforeEach(async () => {
    server = await ReplicaSet.start();
    entry = entryAt(server.port, 'melvin');
  });
  afterEach(() => server.stop());

  const swap = () => engine.swap({ site, entry, part, target, attempt: newAttempt() });
  const swapBack = () => engine.swapBack({ site, entry, part, target, attempt: newAttempt() });
  const discardKept = () =>
    engine.discardKept({ site, entry, part, target, attempt: newAttempt() });

  async function restore(bytes: Buffer, into: RestoreTarget = target): Promise<void> {
    await engine.prepare({ site, entry, part, target: into, attempt: newAttempt() });
    const sink = await engine.receive({ site, entry, part, target: into, attempt: newAttempt() });
    sink.stream.end(bytes);
    await sink.finish();
  }

  /**
   * Dumped: a collection, a view, and views that become other ones. Then each becomes what is in the other's way, and
   * the dump is put beside that. Returns what it was and what it is.
   */
  async function readyToSwap(): Promise<{ dumped: string[]; changed: string[] }> {
    server.collections.clear();
    server.add('becomes a view', [NEW]);
    server.add('becomes a collection', [], viewOn('becomes a view'), 'view');
    server.add('becomes another view', [], viewOn('a'), 'view');
    server.add('stays a view', [], viewOn('a'), 'view');
    server.add('goes', [], viewOn('a'), 'view');
    const dumped = content();
    const { bytes } = await dumpWhole(engine, site, entry, part);
    server.collections.clear();
    server.add('becomes a view', [], viewOn('b'), 'view');
    server.add('becomes a collection', [OLD]);
    server.add('becomes another view', [], viewOn('b'), 'view');
    server.add('stays a view', [], viewOn('a'), 'view');
    server.add('comes', [], viewOn('b'), 'view');
    const changed = content();
    await restore(bytes);
    return { dumped, changed };
  }

  it('puts collections in the place of views, and views in the place of collections, and back', async () => {
    const { dumped, changed } = await readyToSwap();
    expect(await swap()).toEqual({ kept: true });
    expect(content(/_before_7$|_journal$/)).toEqual(dumped);
    expect(server.collections.get('becomes a collection_before_7')?.documents).toEqual([OLD]);
    await swapBack();
    expect(content()).toEqual(changed);

    await readyToSwap();
    await swap();
    await discardKept();
    expect(content()).toEqual(dumped);
  });

  it.each(['before it was done', 'after it was done'])(
    'goes on, or back, wherever it was cut off, %s',
    async (when) => {
      let changes = 1;
      for (let at = 0; at < changes; at += 1) {
        const forward = await readyToSwap();
        changes = await cutOff(swap, at, when);
        await swap();
        expect({ at, content: content(/_before_7$|_journal$/) }).toEqual({
          at,
          content: forward.dumped,
        });

        const back = await readyToSwap();
        await cutOff(swap, at, when);
        await swapBack();
        expect({ at, content: content() }).toEqual({ at, content: back.changed });
      }
      expect(changes).toBeGreaterThan(8);
    },
  );

  it.each(['before it was done', 'after it was done'])(
    'goes back when going back was cut off anywhere, %s',
    async (when) => {
      let changes = 1;
      for (let at = 0; at < changes; at += 1) {
        const { changed } = await readyToSwap();
        await swap();
        changes = await cutOff(swapBack, at, when);
        await swapBack();
        expect({ at, content: content() }).toEqual({ at, content: changed });
      }
      expect(changes).toBeGreaterThan(8);
    },
  );

  it('refuses, before it touches anything, what a time series collection is in the way of', async () => {
    server.add('readings', [NEW]);
    const { bytes } = await dumpWhole(engine, site, entry, part);
    server.collections.clear();
    server.add('readings', [], { timeseries: { timeField: 't' } }, 'timeseries');
    server.add('system.buckets.readings', [OLD]);
    server.add('other', [OLD]);
    const before = content();
    await restore(bytes);
    await expect(swap()).rejects.toMatchObject({
      kind: 'PreconditionFailed',
      message: expect.stringMatching(/"readings" is a time series/) as string,
    });
    await engine.discardBeside({ site, entry, part, target, attempt: newAttempt() });
    expect(content()).toEqual(before);
  });

  it("leaves a time series collection that is in nothing's way where it is", async () => {
    server.add('orders', [NEW]);
    const { bytes } = await dumpWhole(engine, site, entry, part);
    server.add('readings', [], { timeseries: { timeField: 't' } }, 'timeseries');
    server.add('system.buckets.readings', [OLD]);
    await restore(bytes);
    await swap();
    await discardKept();
    expect([...server.collections.keys()].sort()).toEqual([
      'orders',
      'readings',
      'system.buckets.readings',
    ]);
    expect(server.collections.get('system.buckets.readings')?.documents).toEqual([OLD]);
  });

  it('keeps what the application writes into the name of a view between the two', async () => {
    const { dumped, changed } = await readyToSwap();
    let once = true;
    server.intercept = ({ name, body }) => {
      const isIt = name === 'create' && body['create'] === 'becomes another view';
      if (once && isIt) server.add('becomes another view', [OLD]);
      once &&= !isIt;
      return undefined;
    };
    await swap();
    expect(content(/_before_7$|_journal$/)).toEqual(dumped);
    expect(server.collections.get('becomes another view~0_before_7')?.documents).toEqual([OLD]);
    await swapBack();
    expect(content()).toEqual(changed);
  });

  it('does not mind that another attempt has just dropped what it drops', async () => {
    const { dumped } = await readyToSwap();
    await swap();
    server.intercept = ({ name, body }) => {
      if (name === 'drop') server.collections.delete(String(body['drop']));
      return undefined;
    };
    await discardKept();
    expect(content()).toEqual(dumped);
  });

  it('drops with its journal nothing of a restore that began meanwhile, however often it is called', async () => {
    server.add('orders', [NEW]);
    const { bytes } = await dumpWhole(engine, site, entry, part);
    await restore(bytes);
    await swap();
    const later = restoreTarget('melvin', 9);
    await restore(bytes, later);
    await discardKept();
    await discardKept();
    await engine.swap({ site, entry, part, target: later, attempt: newAttempt() });
    expect(server.collections.get('orders')?.documents).toEqual([NEW]);
  });

  /** Loses the connection at the change of this number; returns how many changes there are at least. */
  async function cutOff(work: () => Promise<unknown>, at: number, when: string): Promise<number> {
    let seen = 0;
    server.intercept = (command) => {
      if (!CHANGES.includes(command.name)) return undefined;
      seen += 1;
      if (seen !== at + 1) return undefined;
      if (when.startsWith('after')) server.carryOut(command);
      return { ok: 0, code: 91, errmsg: 'shutting down' };
    };
    const outcome = await work().then(
      () => 'done',
      () => 'cut off',
    );
    server.intercept = () => undefined;
    return outcome === 'done' ? at : at + 2;
  }

  function content(without?: RegExp): string[] {
    return [...server.collections]
      .filter(([name]) => without?.test(name) !== true)
      .map(([name, { info, documents }]) => {
        const hex = documents.map((bytes) => bytes.toString('hex'));
        return JSON.stringify([name, info['type'], info['options'], hex]);
      })
      .sort();
  }
});

function viewOn(collection: string) {
  return { viewOn: collection, pipeline: [{ $match: { 'a.b': 1 } }] };
}

function document(text: string): Buffer {
  return Buffer.from(BSON.serialize({ _id: text }));
}
