import { createHash, randomBytes } from 'node:crypto';
import { MongoClient, type Document, type MongoClientOptions } from 'mongodb';
import type { MongodbEntry } from '../../../../workflows/model/stack';
import type { Attempt } from '../../../ports/attempt';
import type { Containers } from '../../../ports/containers';
import type { EntryCall } from '../../../ports/engine';
import type { Site } from '../../../ports/site';
import { toAdapterError } from './to-adapter-error';

/** A server that answered. */
export interface Server {
  readonly client: MongoClient;
  /** For messages: `MongoDB at 127.0.0.1:27017`. */
  readonly place: string;
  /** `MongoDB 7.0.14`. */
  readonly version: string;
  readonly versionNumbers: readonly number[];
  readonly kind: 'standalone' | 'replica set' | 'sharded cluster';
}

/** How the engine reaches the world, apart from what each call brings. */
export interface Surroundings {
  readonly containers: Pick<Containers, 'address'>;
  /** Where a collection waits for its size to be known; its files are unlinked while they are open. */
  readonly spoolDirectory: string;
}

const DEFAULT_PORT = 27_017;
const CONNECT_MS = 10_000;
/** Longer ones are refused by the server (MongoDB manual, "Connection String": appName). */
const APP_NAME_BYTES = 128;

type Call = EntryCall<MongodbEntry>;

/**
 * Connects, does the work and closes; errors of the driver come out as AdapterErrors, an abort as the signal's reason.
 * Throws: CredentialsRejected · ServiceUnavailable · as `work`
 */
export function withServer<T>(
  world: Surroundings,
  call: Call,
  attempted: string,
  work: (server: Server) => Promise<T>,
): Promise<T> {
  return openServer(world, call, attempted, async (server) => {
    const result = await work(server);
    await server.client.close();
    return result;
  });
}

/** The same, but what `work` returns takes the open server over. */
export async function openServer<T>(
  { containers }: Surroundings,
  call: Call,
  attempted: string,
  work: (server: Server) => Promise<T>,
): Promise<T> {
  const { attempt } = call;
  const server = await connect(containers, call);
  const close = () => void server.client.close();
  attempt.signal.addEventListener('abort', close);
  try {
    attempt.signal.throwIfAborted();
    return await work(server);
  } catch (error) {
    await server.client.close();
    throw reasonOf(attempt, error, `${attempted} (${server.place})`);
  } finally {
    attempt.signal.removeEventListener('abort', close);
  }
}

/** Why something failed: what was cancelled says so, whatever broke because of it. */
export function reasonOf(attempt: Attempt, error: unknown, attempted: string): unknown {
  return attempt.signal.aborted ? attempt.signal.reason : toAdapterError(error, attempted);
}

/**
 * Opens a client and asks the server what it is. The caller closes `client`.
 * Throws: CredentialsRejected · ServiceUnavailable · PreconditionFailed (no such container)
 */
async function connect(
  containers: Pick<Containers, 'address'>,
  { site, entry, attempt }: Call,
): Promise<Server> {
  attempt.signal.throwIfAborted();
  const { reach } = entry;
  const { host, port } =
    'address' in reach
      ? reach.address
      : await containers.address(site, reach.service, DEFAULT_PORT);
  const place = `MongoDB at ${host}:${port}`;
  const client = new MongoClient(url(host, port), await clientOptions(site, entry, attempt));
  const close = () => void client.close();
  attempt.signal.addEventListener('abort', close);
  try {
    await client.connect();
    return { client, place, ...(await identify(client)) };
  } catch (error) {
    await client.close();
    throw reasonOf(attempt, error, `connecting to ${place}`);
  } finally {
    attempt.signal.removeEventListener('abort', close);
  }
}

function url(host: string, port: number): string {
  return `mongodb://${host.includes(':') ? `[${host}]` : host}:${port}/`;
}

async function clientOptions(
  site: Site,
  entry: MongodbEntry,
  attempt: Attempt,
): Promise<MongoClientOptions> {
  const { user, password, authenticationDatabase = 'admin' } = entry;
  return {
    appName: applicationName(attempt.owner),
    // A replica set's members have names that often mean something inside its own network only.
    directConnection: true,
    serverSelectionTimeoutMS: CONNECT_MS,
    connectTimeoutMS: CONNECT_MS,
    maxPoolSize: 4,
    // A write that is sent again by the driver could be counted twice; the activity begins anew instead.
    retryWrites: false,
    ...(user === undefined
      ? {}
      : {
          auth: {
            username: user,
            password: password === undefined ? '' : await site.secret(password),
          },
          authSource: authenticationDatabase,
        }),
  };
}

/** `<owner>#<attempt>`: the owner's earlier attempts can be told from this one. */
function applicationName(owner: string): string {
  return `${ownerMark(owner)}${randomBytes(4).toString('hex')}`;
}

/** What the application names of all attempts of this owner begin with. */
export function ownerMark(owner: string): string {
  if (Buffer.byteLength(owner) <= APP_NAME_BYTES - 9) return `${owner}#`;
  return `pawl:${createHash('sha256').update(owner).digest('hex')}#`;
}

async function identify(
  client: MongoClient,
): Promise<Pick<Server, 'version' | 'versionNumbers' | 'kind'>> {
  const admin = client.db('admin');
  const hello = await admin.command({ hello: 1 });
  const build = await admin.command({ buildInfo: 1 });
  const number = String(build['version']);
  return {
    version: 'ferretdbVersion' in build ? `FerretDB (MongoDB ${number})` : `MongoDB ${number}`,
    versionNumbers: number.split('.').map(Number),
    kind: kindOf(hello),
  };
}

function kindOf(hello: Document): Server['kind'] {
  if (hello['msg'] === 'isdbgrid') return 'sharded cluster';
  return hello['setName'] === undefined ? 'standalone' : 'replica set';
}
