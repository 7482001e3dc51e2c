import type { Db, Document } from 'mongodb';
import type { RestoreTarget } from '../../../../workflows/model/restore-target';
import { AdapterError } from '../../../ports/adapter-error';
import type { Attempt } from '../../../ports/attempt';
import { readCatalogue, type Covered } from './catalogue';
import type { Server } from './connect';
import type { Index } from './indexes';
import { insertRaw, knowsEmptyTimestamps, type InsertOptions } from './insert-raw';
import { isInPlace, Journal, type RestoredCollection, type RestoredView } from './journal';
import { readMetadata } from './metadata';
import { dumpFileStem, suffixedCollection } from './names';
import { isRenameable, NAMESPACE_EXISTS, requireRenameable } from './rename';
import { splitDocuments } from './split-documents';
import { hasCode } from './to-adapter-error';
import { journalView } from './views';

const INDEX_BEAT_MS = 1000;

/** The collection that the archive is at. */
interface Current {
  readonly covered: Covered;
  readonly beside: string;
  readonly indexes: readonly Index[];
  hasDocuments: boolean;
}

/** Builds the collections of a dump beside those that are there, file by file of its archive. */
export class DatabaseRestore {
  private readonly restored: RestoredCollection[] = [];
  private readonly views: RestoredView[] = [];
  private current: Current | undefined;
  private bytes = 0;

  private constructor(
    private readonly server: Server,
    private readonly db: Db,
    private readonly target: RestoreTarget,
    private readonly attempt: Attempt,
    private readonly journal: Journal,
    /** It holds nothing of an application: what cannot be renamed is built in its place. */
    private readonly isFree: boolean,
  ) {}

  /** Throws: PreconditionFailed when the place beside was not prepared. */
  static async begin(
    server: Server,
    target: RestoreTarget,
    attempt: Attempt,
  ): Promise<DatabaseRestore> {
    const db = server.client.db(target.into);
    const journal = new Journal(db, target);
    await journal.require('receiving');
    const { covered } = await readCatalogue(db);
    return new DatabaseRestore(server, db, target, attempt, journal, covered.length === 0);
  }

  /** Takes one file of the archive. */
  async take(file: string, content: AsyncIterable<Buffer>): Promise<void> {
    if (file.endsWith('.metadata.json')) return this.define(file, content);
    if (file.endsWith('.bson')) return this.fill(file, content);
    throw new AdapterError('CommandFailed', `${file} does not belong in a dump`);
  }

  /** Builds the last indexes and records that all of it is here. */
  async complete(): Promise<void> {
    await this.endCurrent();
    await this.journal.set({ state: 'received', restored: this.restored, views: this.views });
  }

  private async define(file: string, content: AsyncIterable<Buffer>): Promise<void> {
    await this.endCurrent();
    const chunks: Buffer[] = [];
    for await (const chunk of content) chunks.push(chunk);
    const { covered, indexes } = readMetadata(file, Buffer.concat(chunks).toString());
    const { name, options } = covered;
    if (covered.type === 'view') {
      this.views.push(journalView(covered));
      return;
    }
    const beside = await this.besideOf(name);
    const collection = { name, beside };
    // Before it is there: whoever takes it away again must know that it is ours.
    if (isInPlace(collection)) {
      await this.journal.set({ restored: [...this.restored, collection] });
    }
    // Created, not implied by the first insert: an insert of a killed attempt that comes late must not go unseen.
    await this.create(collection, options);
    this.restored.push(collection);
    this.current = { covered, beside, indexes, hasDocuments: false };
  }

  private async besideOf(name: string): Promise<string> {
    const { into, besideSuffix } = this.target;
    if (this.isFree && !(await isRenameable(this.server, into, name))) return name;
    await requireRenameable(this.server, into, name);
    return suffixedCollection(into, name, besideSuffix);
  }

  /** Throws: PreconditionFailed when the application has made it again meanwhile: it is not ours, and stays. */
  private async create(collection: RestoredCollection, options: Document): Promise<void> {
    try {
      await this.db.command({ create: collection.beside, ...options });
    } catch (error) {
      if (!isInPlace(collection) || !hasCode(error, NAMESPACE_EXISTS)) throw error;
      await this.journal.set({ restored: this.restored });
      throw new AdapterError(
        'PreconditionFailed',
        `collection ${JSON.stringify(collection.name)} of ${JSON.stringify(this.target.into)} was made while the database was ` +
          'restored; it was left alone',
        {
          advice:
            'Stop what writes to the database, drop that collection, and start the restore again.',
        },
        { cause: error },
      );
    }
  }

  private async fill(file: string, content: AsyncIterable<Buffer>): Promise<void> {
    const { current } = this;
    if (current === undefined || !file.endsWith(`/${dumpFileStem(current.covered.name)}.bson`)) {
      throw new AdapterError(
        'CommandFailed',
        `${file} in the dump comes without its metadata before it`,
      );
    }
    current.hasDocuments = true;
    const options: InsertOptions = {
      bypassDocumentValidation: 'validator' in current.covered.options,
      bypassEmptyTsReplacement: knowsEmptyTimestamps(this.server.versionNumbers),
    };
    for await (const documents of splitDocuments(file, content)) {
      await insertRaw(this.db, current.beside, documents, options);
      this.bytes += documents.reduce((sum, document) => sum + document.length, 0);
      this.attempt.onProgress(this.bytes);
    }
  }

  /** Indexes are built when the documents are there: once, instead of with every document. */
  private async endCurrent(): Promise<void> {
    const { current } = this;
    this.current = undefined;
    if (current === undefined) return;
    if (!current.hasDocuments) {
      throw new AdapterError(
        'CommandFailed',
        `the dump has no documents file for ${JSON.stringify(current.covered.name)}`,
      );
    }
    if (current.indexes.length === 0) return;
    // The server says nothing while it builds, and yet it is no stall.
    const beat = setInterval(() => {
      this.attempt.onProgress(this.bytes);
    }, INDEX_BEAT_MS);
    try {
      const indexes = current.indexes.map(({ definition }) => definition);
      await this.db.command({ createIndexes: current.beside, indexes });
    } finally {
      clearInterval(beat);
    }
  }
}
