import type { Collection, Db } from 'mongodb';
import type { RestoreTarget } from '../../../../workflows/model/restore-target';
import { AdapterError } from '../../../ports/adapter-error';
import type { JournalView } from './views';

/*
 * What a restore has done so far, kept in the database it restores, so that whoever goes on can tell an old collection
 * from a new one: names alone cannot (`c` without `c_restoring_7` is either new, or old and not in the dump).
 *
 * receiving ──► received ──► swapping ──► swapped ──► (confirmed: the record is gone)
 *     ▲                          │            │
 *     └──────── undoing ◄────────┴────────────┘
 *
 * A record is written before the renames it speaks of, in one document, so in one piece.
 */

/*
 * Each restore has a collection of its own for its record, which it leaves in the database until what it kept is
 * discarded. In one for all of them, whoever drops it with the last record would drop what another restore has just
 * written: nothing drops a collection only if it is empty.
 */
const JOURNAL_NAME = /^pawl_restoring_.+_journal$/;

export function isJournal(collection: string): boolean {
  return JOURNAL_NAME.test(collection);
}

function journalName({ besideSuffix }: RestoreTarget): string {
  return `pawl${besideSuffix}_journal`;
}

export interface RestoreRecord {
  /** The target's besideSuffix. */
  readonly _id: string;
  readonly keepSuffix: string;
  readonly state: 'receiving' | 'received' | 'swapping' | 'swapped' | 'undoing';
  /** What the dump holds; all of it is known when it was received, what is built in its place before it is begun. */
  readonly restored: readonly RestoredCollection[];
  readonly views: readonly RestoredView[];
  /** What is renamed away by the swap, in the order it was; known when the swap begins. */
  readonly replaced: readonly ReplacedCollection[];
  /** Views that the swap drops, for they cannot be renamed; swapBack makes them again. */
  readonly replacedViews: readonly JournalView[];
}

export interface RestoredCollection {
  readonly name: string;
  /** Where it is built until the swap; `name` itself where it cannot be renamed and there was nothing to replace. */
  readonly beside: string;
}

export function isInPlace({ name, beside }: RestoredCollection): boolean {
  return name === beside;
}

export interface RestoredView extends JournalView {
  /** There was none of the same definition when the swap began, so the swap makes it, and swapBack drops it. */
  readonly made?: boolean;
}

export interface ReplacedCollection {
  readonly name: string;
  readonly keep: string;
}

/** The journal of one restore. */
export class Journal {
  private readonly records: Collection<RestoreRecord>;

  constructor(
    private readonly db: Db,
    private readonly target: RestoreTarget,
  ) {
    this.records = db.collection(journalName(target), { writeConcern: { w: 'majority' } });
  }

  async read(): Promise<RestoreRecord | undefined> {
    return (await this.records.findOne({ _id: this.target.besideSuffix })) ?? undefined;
  }

  /** Throws: PreconditionFailed when the restore is in none of these states. */
  async require(...states: RestoreRecord['state'][]): Promise<RestoreRecord> {
    const record = await this.read();
    if (record !== undefined && states.includes(record.state)) return record;
    throw new AdapterError(
      'PreconditionFailed',
      `the restore ${this.target.besideSuffix} in database ${JSON.stringify(this.target.into)} is ` +
        `${record === undefined ? 'not known there' : record.state}, not ${states.join(' or ')}; nothing was changed`,
    );
  }

  /** Begins, or begins anew. */
  async open(): Promise<void> {
    const { besideSuffix, keepSuffix } = this.target;
    const empty = {
      keepSuffix,
      state: 'receiving',
      restored: [],
      views: [],
      replaced: [],
      replacedViews: [],
    } as const;
    await this.records.replaceOne({ _id: besideSuffix }, empty, { upsert: true });
  }

  /** Throws: ResourceBusy when another attempt has ended this restore meanwhile. */
  async set(change: Partial<Omit<RestoreRecord, '_id'>>): Promise<void> {
    const { besideSuffix, into } = this.target;
    const { matchedCount } = await this.records.updateOne({ _id: besideSuffix }, { $set: change });
    if (matchedCount === 1) return;
    throw new AdapterError(
      'ResourceBusy',
      `another attempt has ended the restore ${besideSuffix} in database ${JSON.stringify(into)} meanwhile`,
    );
  }

  /** Forgets this restore. Idempotent. */
  async close(): Promise<void> {
    await this.db.dropCollection(journalName(this.target));
  }
}

/** Names that belong to restores and not to the application. */
export function hiddenNames(
  records: readonly RestoreRecord[],
  names: ReadonlySet<string>,
): ReadonlySet<string> {
  const hidden = new Set([...names].filter(isJournal));
  for (const record of records) {
    for (const { keep } of record.replaced) hidden.add(keep);
    for (const name of names) if (name.endsWith(record._id)) hidden.add(name);
    if (record.state === 'swapped') continue;
    for (const collection of record.restored)
      if (isInPlace(collection)) hidden.add(collection.name);
  }
  return hidden;
}
