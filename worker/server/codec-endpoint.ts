import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { finished } from 'node:stream';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { SealingCodec } from '../../sealing/codec';
import type { KeyRing } from '../../sealing/key-ring';
import { ANY_MESSAGE, asked, insideOf } from '../../workflows/model/seal';
import { mayRead, peerUser } from './peer-user';

/** A page of a history; more than Temporal's own largest answer. */
const LARGEST_BODY_BYTES = 8 * 1024 ** 2;
/** How long the rest of a body that is not wanted may take. */
const LINGERS_MS = 2000;
const HEADERS = 'content-type, x-namespace, authorization, authorization-extras';

export interface CodecEndpoint {
  /** For Temporal's UI. */
  readonly url: string;
  close(): void;
}

interface Options {
  readonly keys: KeyRing;
  /** Of Temporal's UI. */
  readonly uiPort: number;
  /** Seals too, so that what is asked for in the UI is done. */
  readonly mayAct: boolean;
}

interface ProtoJson {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly data?: string;
}

/** What a request is answered with that gets nothing: the number says all. */
class Refused extends Error {
  constructor(readonly status: number) {
    super(`refused with ${status}`);
  }
}

/**
 * Opens payloads for Temporal's UI, on the loopback address of this machine: for its pages alone, in browsers of users who may
 * read the key. The protocol is that of Temporal's codec servers.
 */
export async function startCodecEndpoint({
  keys,
  uiPort,
  mayAct,
}: Options): Promise<CodecEndpoint> {
  const codec = new SealingCodec(keys);
  const origins = [`http://127.0.0.1:${uiPort}`, `http://localhost:${uiPort}`];
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const { host = '', origin = '' } = request.headers;
      if (!hosts.includes(host) || !origins.includes(origin)) throw new Refused(403);
      const user = await peerUser(request.socket);
      if (user !== undefined ? !(await mayRead(user)) : process.platform === 'linux') {
        throw new Refused(403);
      }
      response.setHeader('access-control-allow-origin', origin).setHeader('vary', 'origin');
      if (request.method === 'OPTIONS') {
        response.setHeader('access-control-allow-headers', HEADERS);
        response.setHeader('access-control-allow-methods', 'POST').writeHead(204).end();
        return;
      }
      const payloads = await converted(request, codec, mayAct);
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ payloads }));
    } catch (error) {
      refuse(request, response, error instanceof Refused ? error.status : 500);
    }
  };
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/**
 * A connection that is closed with unread bytes is reset, and the answer lost: what still comes is thrown away first, for a while
 * (nginx calls this a lingering close).
 */
function refuse(request: IncomingMessage, response: ServerResponse, status: number): void {
  response.writeHead(status, { connection: 'close', 'content-length': 0 }).flushHeaders();
  const lingering = setTimeout(() => request.destroy(), LINGERS_MS);
  finished(request.resume(), () => {
    clearTimeout(lingering);
    response.end();
  });
}

async function converted(
  request: IncomingMessage,
  codec: SealingCodec,
  mayAct: boolean,
): Promise<readonly ProtoJson[]> {
  const [path] = (request.url ?? '').split('?');
  if (request.method !== 'POST') throw new Refused(405);
  if (path === '/decode') return (await payloadsOf(request)).map((one) => decoded(codec, one));
  if (path !== '/encode' || !mayAct) throw new Refused(404);
  const wrapped = (await payloadsOf(request)).map(asRequest);
  return (await codec.encode(wrapped)).map(toJson);
}

/** Without what pawl puts around arguments and answers: a person reads it. */
function decoded(codec: SealingCodec, payload: Payload): ProtoJson {
  const opened = codec.open(payload);
  const value: unknown = defaultPayloadConverter.fromPayload(opened);
  const inside = insideOf(value);
  return toJson(inside === value ? opened : defaultPayloadConverter.toPayload(inside ?? null));
}

/** The UI tells no codec which message its arguments are for. */
function asRequest(payload: Payload): Payload {
  const asking = { message: ANY_MESSAGE, id: randomUUID(), at: new Date().toISOString() };
  const value: unknown = defaultPayloadConverter.fromPayload(payload);
  return defaultPayloadConverter.toPayload(asked(asking, [value]));
}

async function payloadsOf(request: IncomingMessage): Promise<readonly Payload[]> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving a loop over the request itself would destroy the connection before anything is answered.
  const body: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > LARGEST_BODY_BYTES) throw new Refused(413);
    chunks.push(chunk);
  }
  try {
    const { payloads } = JSON.parse(Buffer.concat(chunks).toString()) as {
      readonly payloads: readonly ProtoJson[];
    };
    return payloads.map(fromJson);
  } catch {
    // Whatever else it is, it is no list of payloads.
    throw new Refused(400);
  }
}

function fromJson({ metadata = {}, data = '' }: ProtoJson): Payload {
  const fields = Object.entries(metadata).map(([name, value]) => [
    name,
    Buffer.from(value, 'base64'),
  ]);
  return {
    metadata: Object.fromEntries(fields) as Record<string, Buffer>,
    data: Buffer.from(data, 'base64'),
  };
}

function toJson({ metadata, data }: Payload): ProtoJson {
  const fields = Object.entries(metadata ?? {}).map(([name, value]) => [
    name,
    Buffer.from(value).toString('base64'),
  ]);
  return {
    metadata: Object.fromEntries(fields) as Record<string, string>,
    data: Buffer.from(data ?? []).toString('base64'),
  };
}
