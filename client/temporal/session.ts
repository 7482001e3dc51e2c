import { Client, Connection } from '@temporalio/client';
import { sealedClientOptions } from '../../sealing/client-options';
import { SealingCodec } from '../../sealing/codec';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { ClientError } from '../client-error';
import type { Globals, Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { asClientError, isAway, isNotFound, serverStuck } from './errors';
import { readKeys, refuseUnsealedAnswer } from './keys';
import { retriesWhile } from './retries';
import { complaintOf } from './server-complaint';
import { takesConnections } from './takes-connections';
import { uiAddress } from '../../workflows/model/ui-links';

/** How long a person waits before being told that nobody is there, counted from the start of the process. */
const PATIENCE_MILLISECONDS = 4_000;
const SHORTEST_PATIENCE_MILLISECONDS = 2_000;
/** How long for one that is there: its machine may have much to do. */
const BUSY_MILLISECONDS = 30_000;
/** Any one call to a server that did answer; longer waits are loops of such calls. */
const CALL_MILLISECONDS = 20_000;

/** A connection to Temporal, as the environment and `--profile` name it. */
export interface Session {
  readonly client: Client;
  /** Opens what is read from histories and descriptions, which Temporal's client hands on as it is stored. */
  readonly codec: SealingCodec;
  readonly namespace: string;
  readonly address: string;
  /** Of the command. */
  readonly globals: Globals;
  readonly env: Globals['env'];
  /** Temporal's own web pages. */
  readonly ui: string;
  /** Runs calls with a deadline; what comes back as an error is told in pawl's words. */
  readonly call: <Result>(work: () => Promise<Result>, milliseconds?: number) => Promise<Result>;
  /** Tells a person something beside the result. */
  readonly note: (text: string) => void;
}

export async function withSession<Result>(
  { globals, output }: Pick<Invocation, 'globals' | 'output'>,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const config = readConfig(globals);
  const address = config.connectionOptions.address ?? 'localhost:7233';
  const namespace = config.namespace ?? 'default';
  const { env } = globals;
  const server = { address, namespace, env };
  const isThere = () => takesConnections(address, SHORTEST_PATIENCE_MILLISECONDS);
  let isOpen = true;
  const connection = Connection.lazy({
    ...config.connectionOptions,
    connectTimeout: (await isThere()) ? BUSY_MILLISECONDS : patience(),
    interceptors: retriesWhile(() => isOpen),
  });
  const ui = uiAddress(address, env['PAWL_UI_URL']);
  const inWords = async (error: unknown): Promise<unknown> =>
    error instanceof ClientError || !isAway(error)
      ? asClientError(error, server)
      : asClientError(error, { ...server, isThere: await isThere() });
  const whatFailed = async (error: unknown): Promise<unknown> => {
    const complaint = isAway(error) && (await complaintOf(config.connectionOptions, server));
    return complaint ? serverStuck(error, server, complaint) : inWords(error);
  };
  const open = (): Session => {
    const keys = readKeys(globals);
    const client = new Client({ connection, namespace, ...sealedClientOptions(keys) });
    return {
      ...{ client, codec: new SealingCodec(keys), namespace, address, ui, globals, env },
      note: (text) => {
        output.note(text);
      },
      call: async (call, milliseconds = CALL_MILLISECONDS) => {
        try {
          return refuseUnsealedAnswer(await client.withDeadline(Date.now() + milliseconds, call));
        } catch (error) {
          throw await whatFailed(error);
        }
      },
    };
  };
  try {
    await output.waiting(`asking the Temporal server at ${address}`, connection.ensureConnected());
    return await work(open());
  } catch (error) {
    throw isNotFound(error) ? unknownWorkflow(error) : await inWords(error);
  } finally {
    isOpen = false;
    await connection.close();
  }
}

/** Same environment and profiles as the `temporal` command. */
function readConfig({ profile, env }: Globals) {
  try {
    const overrideEnvVars = { ...env } as Record<string, string>;
    return loadClientConnectConfig({
      overrideEnvVars,
      ...(profile === undefined ? {} : { profile }),
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ClientError(EXIT_CODES.usage, `Temporal's client configuration: ${message}`, {
      advice: 'See `pawl help environment`.',
      reason: 'usage',
      cause: error,
    });
  }
}

function unknownWorkflow(cause: unknown): ClientError {
  return new ClientError(EXIT_CODES.failed, 'Temporal knows no such run, or no longer.', {
    advice: '`pawl runs` lists those that it still knows.',
    reason: 'not-found',
    cause,
  });
}

function patience(): number {
  const spent = process.uptime() * 1000;
  return Math.max(SHORTEST_PATIENCE_MILLISECONDS, PATIENCE_MILLISECONDS - spent);
}
