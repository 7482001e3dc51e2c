import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { BSON, type Document } from 'mongodb';

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;

/** A command as it came over the wire, and the documents of its sections as the bytes they were. */
export interface WireCommand {
  readonly name: string;
  readonly body: Document;
  readonly documents: readonly Buffer[];
}

/** Answers a command with a document, or with the bytes of one; with SILENCE never. */
export type Answer = (command: WireCommand) => Document | Buffer | typeof SILENCE;

export const SILENCE = Symbol('no answer');

export interface WireServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Speaks MongoDB's wire protocol on loopback, for what the test server at hand cannot be made to do. */
export async function startWireServer(answer: Answer): Promise<WireServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let rest = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      rest = Buffer.concat([rest, bytes]);
      while (rest.length >= 4 && rest.length >= rest.readInt32LE(0)) {
        const length = rest.readInt32LE(0);
        const answered = reply(rest.subarray(0, length), answer);
        if (answered !== SILENCE) socket.write(answered);
        rest = rest.subarray(length);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

/** The answer to `find` and `listIndexes`: a cursor that is exhausted, with documents as bytes. */
export function rawCursor(
  namespace: string,
  documents: readonly Buffer[],
  more: Document = {},
): Buffer {
  const array = element(4, 'firstBatch', arrayOf(documents));
  const rest = BSON.serialize({ ns: namespace, ...more });
  const id = element(18, 'id', Buffer.alloc(8));
  const cursor = document([array, id, Buffer.from(rest.subarray(4, -1))]);
  const ok = BSON.serialize({ ok: 1 });
  return document([element(3, 'cursor', cursor), Buffer.from(ok.subarray(4, -1))]);
}

/** A document made of elements that are bytes already. */
export function document(elements: readonly Buffer[]): Buffer {
  const body = Buffer.concat(elements);
  const head = Buffer.alloc(4);
  head.writeInt32LE(body.length + 5);
  return Buffer.concat([head, body, Buffer.from([0])]);
}

export function element(type: number, name: string, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type]), Buffer.from(`${name}\0`), value]);
}

function arrayOf(documents: readonly Buffer[]): Buffer {
  return document(documents.map((raw, index) => element(3, String(index), raw)));
}

function reply(message: Buffer, answer: Answer): Buffer | typeof SILENCE {
  const requestId = message.readInt32LE(4);
  const opcode = message.readInt32LE(12);
  const command = opcode === OP_QUERY ? parseQuery(message) : parseMessage(message);
  const given = answer(command);
  if (given === SILENCE) return SILENCE;
  const body = Buffer.isBuffer(given) ? given : Buffer.from(BSON.serialize(given));
  if (opcode === OP_QUERY) {
    const head = Buffer.alloc(20);
    head.writeInt32LE(1, 16);
    return framed(requestId, OP_REPLY, [head, body]);
  }
  return framed(requestId, OP_MSG, [Buffer.alloc(5), body]);
}

function framed(responseTo: number, opcode: number, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(16);
  head.writeInt32LE(16 + body.length, 0);
  head.writeInt32LE(responseTo, 8);
  head.writeInt32LE(opcode, 12);
  return Buffer.concat([head, body]);
}

function parseQuery(message: Buffer): WireCommand {
  const name = message.indexOf(0, 20);
  return commandOf(message.subarray(name + 9), []);
}

function parseMessage(message: Buffer): WireCommand {
  let body: Buffer = Buffer.alloc(0);
  const documents: Buffer[] = [];
  for (let offset = 20; offset < message.length;) {
    const kind = message[offset];
    const size = message.readInt32LE(offset + 1);
    const section = message.subarray(offset + 1, offset + 1 + size);
    if (kind === 0) body = section;
    else documents.push(...split(section.subarray(section.indexOf(0, 4) + 1)));
    offset += 1 + size;
  }
  return commandOf(body, documents);
}

function commandOf(bytes: Buffer, documents: readonly Buffer[]): WireCommand {
  const body = BSON.deserialize(bytes, { promoteBuffers: true });
  return { name: Object.keys(body)[0] ?? '', body, documents };
}

function split(bytes: Buffer): Buffer[] {
  const documents: Buffer[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const length = bytes.readInt32LE(offset);
    documents.push(Buffer.from(bytes.subarray(offset, offset + length)));
    offset += length;
  }
  return documents;
}
