import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { MongoClient } from 'mongodb';
import { findProgram } from '../../toolchain/find-program';
import { startFerretdb } from '../../test/support/ferretdb-server';
import type { Contest } from '../support/contest';
import { resticInto, type Program } from '../support/pipeline';

const DATABASE = 'bench';
const COLLECTION = 'events';
const BATCH = 1_000;

export async function mongodbContest(documents: number): Promise<Contest> {
  process.env['PAWL_FERRETDB'] = (await findProgram('ferretdb')).path;
  const server = await startFerretdb();
  const bytes = await fill(server.url, documents);
  const { host, port } = server;
  const address = `address: {host: ${host}, port: ${port}}`;
  return {
    title: 'MongoDB (FerretDB)',
    bytes,
    raw: {
      title: "the driver's find({}, {raw: true}) into restic backup --stdin",
      seconds: async (repository) => bareLoop(server.url, await resticInto(repository)),
    },
    ways: { pawl: { entry: `engine: mongodb, ${address}, database: ${DATABASE}` } },
    secrets: {},
    stop: () => server.stop(),
  };
}

/** Returns the bytes of BSON. */
async function fill(url: string, documents: number): Promise<number> {
  const client = await MongoClient.connect(url);
  const collection = client.db(DATABASE).collection(COLLECTION);
  for (let start = 0; start < documents; start += BATCH) {
    await collection.insertMany(Array.from({ length: BATCH }, (_, at) => event(start + at)));
  }
  let bytes = 0;
  for await (const raw of collection.find({}, { raw: true }))
    bytes += (raw as never as Buffer).length;
  await client.close();
  return bytes;
}

/** About 1 kB that compresses to a third, as events do. */
function event(number: number) {
  const words = Array.from({ length: 110 }, (_, at) =>
    ((number * 31 + at * at * 977) % 65_521).toString(36),
  );
  return {
    number,
    at: new Date(1.7e12 + number * 1000),
    kind: `kind${number % 17}`,
    text: words.join(' ').padEnd(900, '.'),
  };
}

async function bareLoop(
  url: string,
  { argv: [program = '', ...argv], env }: Program,
): Promise<number> {
  const started = performance.now();
  const restic = spawn(program, argv, {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const exit = once(restic, 'exit');
  const client = await MongoClient.connect(url);
  for await (const raw of client.db(DATABASE).collection(COLLECTION).find({}, { raw: true })) {
    if (!restic.stdin.write(raw)) await once(restic.stdin, 'drain');
  }
  restic.stdin.end();
  const [code] = (await exit) as [number | null];
  if (code !== 0) throw new Error(`restic exited with ${String(code)}`);
  await client.close();
  return (performance.now() - started) / 1000;
}
