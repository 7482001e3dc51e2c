import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { freePort } from '../../worker/free-port';
import { until } from './processes';

export interface FerretdbServer {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
  /** Ends it as a power cut does; its data stays. */
  kill9(): Promise<void>;
  /** After `kill9`: the same data on the same port. */
  restart(): Promise<void>;
}

/** Starts a server of MongoDB's protocol on a free port of loopback, with its data in a temporary folder. */
export async function startFerretdb(): Promise<FerretdbServer> {
  const program = process.env['PAWL_FERRETDB'];
  if (program === undefined) throw new Error('PAWL_FERRETDB does not say where FerretDB is');
  const directory = await mkdtemp(join(tmpdir(), 'pawl-ferretdb-'));
  const host = '127.0.0.1';
  const port = await freePort(host);
  const url = `mongodb://${host}:${port}/?directConnection=true`;
  let child = await launch(program, `${host}:${port}`, directory, url);
  const kill9 = () => end(child, 'SIGKILL');
  return {
    url,
    host,
    port,
    kill9,
    restart: async () => {
      child = await launch(program, `${host}:${port}`, directory, url);
    },
    stop: async () => {
      await kill9();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function launch(
  program: string,
  listen: string,
  directory: string,
  url: string,
): Promise<ChildProcess> {
  const argv = ['-listen', listen, '-directory', directory];
  const child = spawn(program, argv, { stdio: 'ignore' });
  try {
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`FerretDB ended with ${child.exitCode}`);
      return answers(url);
    });
    return child;
  } catch (error) {
    await end(child, 'SIGKILL');
    throw error;
  }
}

/** With a client of its own each time: one whose first connection was refused does not recover here. */
async function answers(url: string): Promise<true | undefined> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 500 });
  try {
    await client.db('admin').command({ ping: 1 });
    return true;
  } catch {
    return undefined;
  } finally {
    await client.close();
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}
