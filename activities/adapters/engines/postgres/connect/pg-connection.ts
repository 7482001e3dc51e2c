import {
  Client,
  DatabaseError,
  Query,
  type ClientConfig,
  type QueryArrayConfig,
  type QueryArrayResult,
} from 'pg';
import { AdapterError } from '../../../../ports/adapter-error';
import type { Caller } from './access';
import { answeredWithin } from './answered-within';
import { bytesOfText, hasBytes } from './bytes';
import { statementFailed, type Connection } from './session';

/** As libpq's programs are told, so that both wait equally long. */
export const CONNECT_TIMEOUT_SECONDS = 10;

const NO_TLS = 'The server does not support SSL connections';

/**
 * Connects over the network (or a local socket, when `host` is a folder).
 * TLS as libpq's default `sslmode=prefer` does it: used when the server has it, its certificate not checked.
 * Throws: CredentialsRejected · PreconditionFailed (no such database) · ServiceUnavailable · the signal's reason
 */
export async function openPgConnection(
  config: ClientConfig,
  place: string,
  { signal, answerSeconds }: Pick<Caller, 'signal' | 'answerSeconds'>,
): Promise<Connection> {
  const patience = Math.min(CONNECT_TIMEOUT_SECONDS, answerSeconds ?? Infinity);
  const client = await connect(
    { ...config, connectionTimeoutMillis: patience * 1000 },
    place,
    signal,
  );
  const end = (): Promise<void> => client.end().catch(() => undefined); // it is gone either way
  const endNow = (): void => void end();
  signal.addEventListener('abort', endNow, { once: true });
  return {
    async execute(text) {
      try {
        const config = { text, rowMode: 'array' as const, types };
        const { rows } = await answeredWithin(
          { place, seconds: answerSeconds },
          () =>
            hasBytes(text) ? queryBytes(client, config) : client.query<[string | null]>(config),
          endNow,
        );
        return rows.map(([value]) => value ?? '');
      } catch (error) {
        signal.throwIfAborted();
        throw connectionFailed(place, error);
      }
    },
    async close() {
      signal.removeEventListener('abort', endNow);
      await end();
    },
  };
}

/** All values as the text that the server sent. */
const types = { getTypeParser: () => String };

/** pg sends a statement as UTF-8 only, as which these bytes cannot be written. */
function queryBytes(
  client: Client,
  config: QueryArrayConfig,
): Promise<QueryArrayResult<[string | null]>> {
  const query = new Query(config);
  query.submit = ({ stream }) => void stream.write(queryMessage(config.text));
  const result = new Promise<QueryArrayResult<[string | null]>>((resolve, reject) => {
    query.on('error', reject);
    query.on('end', (found) => {
      resolve(found);
    });
  });
  client.query(query);
  return result;
}

/** Source: PostgreSQL manual, 55.7, "Query (F)" */
function queryMessage(text: string): Buffer {
  const statement = bytesOfText(text);
  const head = Buffer.from('Q\0\0\0\0', 'latin1');
  head.writeInt32BE(statement.length + head.length, 1);
  return Buffer.concat([head, statement, Buffer.from('\0', 'latin1')]);
}

async function connect(config: ClientConfig, place: string, signal: AbortSignal): Promise<Client> {
  const isSocket = config.host?.startsWith('/') === true;
  try {
    return await connectOnce(
      { ...config, ssl: isSocket ? false : { rejectUnauthorized: false } },
      signal,
    );
  } catch (error) {
    if (!(error instanceof Error) || error.message !== NO_TLS)
      throw connectionFailed(place, error, signal);
  }
  try {
    return await connectOnce({ ...config, ssl: false }, signal);
  } catch (error) {
    throw connectionFailed(place, error, signal);
  }
}

async function connectOnce(config: ClientConfig, signal: AbortSignal): Promise<Client> {
  signal.throwIfAborted();
  const client = new Client({
    ...config,
    keepAlive: true,
  });
  // A connection lost between two statements: the next statement says so.
  client.on('error', () => undefined);
  const end = (): void => void client.end().catch(() => undefined);
  signal.addEventListener('abort', end, { once: true });
  try {
    await client.connect();
    return client;
  } catch (error) {
    end();
    throw error;
  } finally {
    signal.removeEventListener('abort', end);
  }
}

function connectionFailed(place: string, error: unknown, signal?: AbortSignal): unknown {
  if (signal?.aborted === true) return signal.reason;
  if (error instanceof AdapterError) return error;
  if (error instanceof DatabaseError) {
    return statementFailed(place, error.code ?? '', error.message, error, error);
  }
  const message = error instanceof Error ? error.message || error.name : String(error);
  // pg asks for a password only when the server does: a rejected one is a DatabaseError.
  const kind = /password must be a string/.test(message)
    ? 'CredentialsRejected'
    : 'ServiceUnavailable';
  return new AdapterError(kind, `${place} is not reached: ${message}`, {}, { cause: error });
}
