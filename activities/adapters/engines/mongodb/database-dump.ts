import type { ClientSession, Db } from 'mongodb';
import { formatCount } from '../../../../workflows/model/format-count';
import type { ContentDigest, PartFacts } from '../../../../workflows/model/recovery-point';
import { AdapterError } from '../../../ports/adapter-error';
import type { Attempt } from '../../../ports/attempt';
import { readCatalogue, type Covered } from './catalogue';
import type { Server } from './connect';
import { definitionDigest } from './content-digest';
import { readIndexes } from './indexes';
import { writeMetadata } from './metadata';
import { dumpFileStem } from './names';
import { spoolCollection, type SpooledCollection } from './spool-collection';
import { END_OF_ARCHIVE, fileHeader, padding } from './tar-archive';

/** One pass over a database. */
export class DatabaseDump {
  private readonly db: Db;
  private readonly contents: ContentDigest[] = [];
  private readonly notes: string[] = [];
  private readonly besideSnapshot: string[] = [];
  private readonly spooling = new Set<Promise<SpooledCollection>>();
  private readonly session: ClientSession | undefined;
  private emitted = 0;

  constructor(
    private readonly server: Server,
    private readonly database: string,
    private readonly attempt: Attempt,
    private readonly spoolDirectory: string,
  ) {
    this.db = server.client.db(database);
    this.session =
      server.kind === 'standalone' ? undefined : server.client.startSession({ snapshot: true });
  }

  async *archive(): AsyncGenerator<Buffer, PartFacts> {
    const { covered, notes } = await readCatalogue(this.db);
    this.notes.push(...notes);
    const collections = covered.filter(({ type }) => type === 'collection');
    let next = this.begin(collections[0]);
    for (const [index, collection] of collections.entries()) {
      yield* this.metadata(collection);
      const spooled = await next;
      // One ahead: the server reads the next collection while the repository takes this one.
      next = this.begin(collections[index + 1]);
      if (spooled !== undefined) yield* this.documents(collection, spooled);
    }
    for (const view of covered.filter(({ type }) => type === 'view')) yield* this.metadata(view);
    await this.requireUnchanged(collections);
    yield END_OF_ARCHIVE;
    return this.facts();
  }

  /** Idempotent. */
  async close(): Promise<void> {
    for (const spooled of await Promise.allSettled(this.spooling)) {
      if (spooled.status === 'fulfilled') await spooled.value.spool.close();
    }
    await this.session?.endSession();
  }

  private async *metadata(covered: Covered): AsyncGenerator<Buffer> {
    const { usable, notes } =
      covered.type === 'view'
        ? { usable: [], notes: [] }
        : await readIndexes(this.db, covered.name);
    this.notes.push(...notes);
    this.contents.push(definitionDigest(covered, usable));
    const text = writeMetadata({ covered, indexes: usable });
    yield this.header(covered, 'metadata.json', text.length);
    yield Buffer.concat([text, padding(text.length)]);
  }

  private async *documents(covered: Covered, spooled: SpooledCollection): AsyncGenerator<Buffer> {
    const { spool, digest, besideSnapshot } = spooled;
    this.contents.push(digest);
    if (besideSnapshot !== undefined) {
      this.besideSnapshot.push(`${JSON.stringify(covered.name)} (${besideSnapshot})`);
    }
    yield this.header(covered, 'bson', spool.bytes);
    for await (const chunk of spool.read()) {
      this.emitted += chunk.length;
      yield chunk;
    }
    yield padding(spool.bytes);
    await spool.close();
  }

  private header(covered: Covered, extension: string, size: number): Buffer {
    return fileHeader(`${this.database}/${dumpFileStem(covered.name)}.${extension}`, size);
  }

  private begin(covered: Covered | undefined): Promise<SpooledCollection> | undefined {
    if (covered === undefined) return undefined;
    const spooled = this.spool(covered);
    spooled.catch(() => undefined); // awaited in its turn
    this.spooling.add(spooled);
    return spooled;
  }

  private spool(covered: Covered): Promise<SpooledCollection> {
    return spoolCollection(
      {
        db: this.db,
        session: this.session,
        directory: this.spoolDirectory,
        // Nothing leaves while a collection is spooled, and yet it is no stall.
        onMoved: () => {
          this.attempt.onProgress(this.emitted);
        },
      },
      covered,
    );
  }

  /** A collection that was dropped before its turn reads like an empty one: only a second look tells them apart. */
  private async requireUnchanged(dumped: readonly Covered[]): Promise<void> {
    const { covered } = await readCatalogue(this.db);
    const identities = new Set(covered.map(({ name, uuid }) => `${uuid ?? ''} ${name}`));
    const gone = dumped.filter(({ name, uuid }) => !identities.has(`${uuid ?? ''} ${name}`));
    if (gone.length === 0) return;
    const names = gone.slice(0, 5).map(({ name }) => JSON.stringify(name));
    throw new AdapterError(
      'CommandFailed',
      `Dropped, renamed or recreated while they were dumped: ${formatCount(gone.length, 'collection')} of ` +
        `${JSON.stringify(this.database)} (${names.join(', ')}); nothing was stored`,
    );
  }

  private facts(): PartFacts {
    return {
      format: 'tar of mongodump files',
      sourceVersion: this.server.version,
      contents: this.contents,
      consistency: this.consistency(),
      notes: this.notes,
    };
  }

  private consistency(): string {
    if (this.session === undefined) {
      return 'each collection by itself: a standalone server has no snapshot reads';
    }
    if (this.besideSnapshot.length === 0) return 'snapshot';
    return `snapshot, but for what the server could not read at it: ${this.besideSnapshot.join(', ')}`;
  }
}
