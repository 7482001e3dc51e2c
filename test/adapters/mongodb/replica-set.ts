import { BSON, type Document } from 'mongodb';
import {
  type Answer,
  rawCursor,
  startWireServer,
  type WireCommand,
  type WireServer,
} from './wire-server';

export interface Stored {
  readonly info: Document;
  readonly documents: Buffer[];
  readonly indexes: Document[];
}

/** A replica set of one member that holds one database in memory: as much of a server as the engine uses. */
export class ReplicaSet {
  readonly collections = new Map<string, Stored>();
  readonly commands: WireCommand[] = [];
  /** Asked before the server answers; what it returns is the answer. */
  intercept: (command: WireCommand) => Document | undefined = () => undefined;
  private server!: WireServer;

  static async start(): Promise<ReplicaSet> {
    const replicaSet = new ReplicaSet();
    replicaSet.server = await startWireServer(replicaSet.answer);
    return replicaSet;
  }

  get port(): number {
    return this.server.port;
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  add(name: string, documents: Buffer[], options: Document = {}, type = 'collection'): Stored {
    const info = { name, type, options, info: { uuid: new BSON.UUID() } };
    const stored = { info, documents, indexes: [{ v: 2, key: { _id: 1 }, name: '_id_' }] };
    this.collections.set(name, stored);
    return stored;
  }

  readonly answer: Answer = (command) => {
    this.commands.push(command);
    return this.intercept(command) ?? this.carryOut(command);
  };

  carryOut({ name, body, documents }: WireCommand): Document | Buffer {
    const target = String(body[name]);
    const stored = this.collections.get(target);
    switch (name) {
      case 'hello':
      case 'ismaster':
        return HELLO;
      case 'buildInfo':
        return { version: '8.0.4', ok: 1 };
      case 'listCollections':
        return rawCursor(
          'db.$cmd',
          [...this.collections.values()].map(({ info }) => bytes(info)),
        );
      case 'listIndexes':
        return rawCursor(target, (stored?.indexes ?? []).map(bytes));
      case 'find':
        return rawCursor(target, found(stored, body), { atClusterTime: new BSON.Timestamp(5n) });
      case 'create':
        if (this.collections.has(target)) return EXISTS;
        this.add(target, [], optionsOf(body), 'viewOn' in body ? 'view' : 'collection');
        return { ok: 1 };
      case 'createIndexes':
        stored?.indexes.push(...(body['indexes'] as Document[]));
        return { ok: 1 };
      case 'insert':
        stored?.documents.push(...documents);
        return { ok: 1, n: documents.length };
      case 'update':
        return this.update(target, body['updates'] as Document[]);
      case 'delete':
        stored?.documents.splice(0);
        return { ok: 1, n: 1 };
      case 'drop':
        return this.collections.delete(target) ? { ok: 1 } : NOT_FOUND;
      case 'renameCollection':
        return this.rename(target, String(body['to']));
      case 'currentOp':
        return { inprog: [], ok: 1 };
      default:
        return { ok: 1 };
    }
  }

  private update(name: string, [statement]: readonly Document[]): Document {
    const { q, u, upsert } = statement as { q: Document; u: Document; upsert?: boolean };
    const [old] = found(this.collections.get(name), { filter: q });
    if (old === undefined && upsert !== true) return { ok: 1, n: 0, nModified: 0 };
    const stored = this.collections.get(name) ?? this.add(name, []);
    const others = stored.documents.filter((raw) => raw !== old);
    const set = u['$set'] as Document | undefined;
    const changed =
      set === undefined ? { ...q, ...u } : { ...BSON.deserialize(old ?? bytes({})), ...set };
    stored.documents.splice(0, Infinity, ...others, bytes(changed));
    return { ok: 1, n: 1, nModified: 1 };
  }

  private rename(from: string, to: string): Document {
    const collection = (namespace: string) => namespace.slice(namespace.indexOf('.') + 1);
    const stored = this.collections.get(collection(from));
    if (stored === undefined) return NOT_FOUND;
    const { type } = stored.info as { type: string };
    if (type !== 'collection') return { ok: 0, code: 166, errmsg: `cannot rename a ${type}` };
    if (this.collections.has(collection(to))) return EXISTS;
    this.collections.delete(collection(from));
    this.collections.set(collection(to), {
      ...stored,
      info: { ...stored.info, name: collection(to) },
    });
    return { ok: 1 };
  }
}

const NOT_FOUND = { ok: 0, code: 26, errmsg: 'namespace does not exist' };
const EXISTS = { ok: 0, code: 48, errmsg: 'target exists' };

const HELLO = {
  isWritablePrimary: true,
  setName: 'rs0',
  hosts: ['127.0.0.1:1'],
  me: '127.0.0.1:1',
  minWireVersion: 0,
  maxWireVersion: 25,
  maxBsonObjectSize: 16_777_216,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  logicalSessionTimeoutMinutes: 30,
  ok: 1,
};

/** What a command says apart from what the driver adds to all of them. */
function optionsOf(body: Document): Document {
  const fields = Object.entries(body).filter(([field]) => !/^(create|lsid|\$.*)$/.test(field));
  return Object.fromEntries(fields);
}

function found(stored: Stored | undefined, body: Document): Buffer[] {
  const id = (body['filter'] as Document)['_id'] as unknown;
  const all = stored?.documents ?? [];
  return id === undefined ? all : all.filter((raw) => BSON.deserialize(raw)['_id'] === id);
}

function bytes(document: Document): Buffer {
  return Buffer.from(BSON.serialize(document, { ignoreUndefined: false }));
}
