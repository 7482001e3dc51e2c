import { BSON } from 'mongodb';
import { restoreTarget } from '../../../workflows/model/restore-target';
import type { MongodbEntry } from '../../../workflows/model/stack';
import { dumpWhole, newAttempt } from '../engine-user';
import { EVERY_TYPE } from './every-bson-type';
import { engine, entryAt, partOf, site } from './mongodb-bench';
import { ReplicaSet } from './replica-set';

const { part } = partOf({ into: 'melvin' });
const target = restoreTarget('melvin', 7);

describe('MongoDB engine on a replica set', () => {
  let server: ReplicaSet;
  let entry: MongodbEntry;

  beforeEach(async () => {
    server = await ReplicaSet.start();
    entry = entryAt(server.port, 'melvin');
  });
  afterEach(() => server.stop());

  const dump = () => dumpWhole(engine, site, entry, part);

  async function restore(bytes: Buffer): Promise<void> {
    await engine.prepare({ site, entry, part, target, attempt: newAttempt() });
    const sink = await engine.receive({ site, entry, part, target, attempt: newAttempt() });
    sink.stream.end(bytes);
    await sink.finish();
  }

  it('restores every BSON type to the byte, also what JavaScript cannot hold', async () => {
    server.add('types', [EVERY_TYPE]);
    const { bytes, facts } = await dump();
    await restore(bytes);
    expect(server.collections.get('types_restoring_7')?.documents).toEqual([EVERY_TYPE]);
    const digests = await engine.digest({
      site,
      entry,
      part,
      target,
      expected: facts.contents,
      attempt: newAttempt(),
    });
    expect(digests).toEqual(facts.contents);
  });

  it('tells the server to leave empty timestamps alone', async () => {
    server.add('types', [EVERY_TYPE]);
    await restore((await dump()).bytes);
    const insert = server.commands.find(({ name }) => name === 'insert');
    expect(insert?.body).toMatchObject({ bypassEmptyTsReplacement: true, ordered: true });
  });

  it('reads all collections at one snapshot', async () => {
    for (const name of ['a', 'b', 'c']) server.add(name, [EVERY_TYPE]);
    const { facts } = await dump();
    expect(facts.consistency).toBe('snapshot');
    const concerns = server.commands
      .filter(({ name }) => name === 'find')
      .map(({ body }) => body['readConcern'] as unknown);
    const later = { level: 'snapshot', atClusterTime: new BSON.Timestamp(5n) };
    expect(concerns).toEqual([{ level: 'snapshot' }, later, later]);
  });

  it('says which collection the server could not read at the snapshot, and reads it beside', async () => {
    for (const name of ['a', 'b']) server.add(name, [EVERY_TYPE]);
    server.intercept = ({ name, body }) =>
      name === 'find' && body['find'] === 'b' && body['readConcern'] !== undefined
        ? { ok: 0, code: 239, errmsg: 'Read timestamp is too old' }
        : undefined;
    const { facts } = await dump();
    expect(facts.consistency).toMatch(/^snapshot, but .*"b" \(Read timestamp is too old\)$/);
    expect(facts.contents.map(({ rows }) => rows)).toEqual([0, 1, 0, 1]);
  });

  it('stores nothing when a collection was dropped before its turn, though it then reads like an empty one', async () => {
    for (const name of ['a', 'b']) server.add(name, [EVERY_TYPE]);
    server.intercept = ({ name, body }) => {
      if (name === 'find' && body['find'] === 'b') server.collections.delete('b');
      return undefined;
    };
    await expect(dump()).rejects.toMatchObject({
      kind: 'CommandFailed',
      message: expect.stringMatching(
        /recreated while they were dumped: 1 collection .*"b"/,
      ) as string,
    });
  });

  it('refuses a dump of which the server takes fewer documents than there are', async () => {
    server.add('types', [EVERY_TYPE]);
    const { bytes } = await dump();
    server.intercept = ({ name }) =>
      name === 'insert'
        ? { ok: 1, n: 0, writeErrors: [{ index: 0, code: 11000, errmsg: 'E11000 duplicate key' }] }
        : undefined;
    await expect(restore(bytes)).rejects.toMatchObject({
      kind: 'CommandFailed',
      message: expect.stringMatching(/took 0 of 1 documents: E11000 duplicate key/) as string,
    });
  });

  it('swaps collections with dots in their names and makes the views that are missing', async () => {
    server.add('fs.chunks', [EVERY_TYPE]);
    server.add('recent', [], { viewOn: 'fs.chunks', pipeline: [{ $match: { 'a.b': 1 } }] }, 'view');
    const { bytes, facts } = await dump();
    expect(facts.contents.map(({ name }) => name)).toEqual([
      'fs.chunks$metadata',
      'fs.chunks',
      'recent$metadata',
    ]);
    server.collections.delete('recent');
    await restore(bytes);
    expect(
      await engine.digest({ site, entry, part, target, expected: [], attempt: newAttempt() }),
    ).toEqual(facts.contents);
    await engine.swap({ site, entry, part, target, attempt: newAttempt() });
    expect([...server.collections.keys()].sort()).toEqual([
      'fs.chunks',
      'fs.chunks_before_7',
      'pawl_restoring_7_journal',
      'recent',
    ]);
    expect(server.collections.get('recent')?.info).toMatchObject({
      type: 'view',
      options: { viewOn: 'fs.chunks' },
    });
    await engine.swapBack({ site, entry, part, target, attempt: newAttempt() });
    expect([...server.collections.keys()]).toEqual(['fs.chunks']);
  });

  it('keeps what the application writes between the two renames of a collection', async () => {
    server.add('orders', [EVERY_TYPE]);
    await restore((await dump()).bytes);
    const stray = Buffer.from(BSON.serialize({ _id: 'written meanwhile' }));
    let once = true;
    server.intercept = ({ name, body }) => {
      if (once && name === 'renameCollection' && body['to'] === 'melvin.orders') {
        once = false;
        server.add('orders', [stray]);
      }
      return undefined;
    };
    expect(await engine.swap({ site, entry, part, target, attempt: newAttempt() })).toEqual({
      kept: true,
    });
    expect(server.collections.get('orders')?.documents).toEqual([EVERY_TYPE]);
    expect(server.collections.get('orders~1_before_7')?.documents).toEqual([stray]);
    await engine.discardKept({ site, entry, part, target, attempt: newAttempt() });
    expect([...server.collections.keys()]).toEqual(['orders']);
  });

  it('says that the password was rejected, and that a right is missing', async () => {
    server.intercept = ({ name }) =>
      name === 'saslStart' ? { ok: 0, code: 18, errmsg: 'Authentication failed.' } : undefined;
    const withUser = { ...entry, user: 'pawl', password: { env: 'X' } };
    const knowing = { ...site, secret: () => Promise.resolve('swordfish') };
    await expect(
      engine.observe({ site: knowing, entry: withUser, attempt: newAttempt() }),
    ).rejects.toMatchObject({
      kind: 'CredentialsRejected',
      message: expect.not.stringMatching(/swordfish/) as string,
    });
    server.intercept = ({ name }) =>
      name === 'listCollections' ? { ok: 0, code: 13, errmsg: 'not authorized' } : undefined;
    await expect(engine.observe({ site, entry, attempt: newAttempt() })).rejects.toMatchObject({
      kind: 'CredentialsRejected',
    });
  });

  it('ends what an earlier attempt of the same owner still does, and nothing else', async () => {
    server.add('orders', [EVERY_TYPE]);
    const owner = `pawl:${'r'.repeat(36)}:restore events`;
    const operations = [
      { opid: 1, appName: `${owner}#00000000`, ns: 'melvin.orders' },
      { opid: 2, appName: 'the application', ns: 'melvin.orders' },
      { opid: 3, appName: `${owner} of another#00000000`, ns: 'melvin.orders' },
    ];
    server.intercept = ({ name }) =>
      name === 'currentOp' ? { inprog: operations, ok: 1 } : undefined;
    await engine.prepare({ site, entry, part, target, attempt: newAttempt({ owner }) });
    const killed = server.commands
      .filter(({ name }) => name === 'killOp')
      .map(({ body }) => body['op'] as unknown);
    expect(killed).toEqual([1]);
    expect(
      await engine.observeTarget({ site, entry, part, target, attempt: newAttempt({ owner }) }),
    ).toMatchObject({
      exists: true,
      otherSessions: 3,
    });
  });
});
