import type { Collection, Db } from 'mongodb';
import type { RestoreTarget } from '../../../workflows/model/restore-target';
import { AdapterError } from '../../adapter-error';

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

/** The one collection a restore leaves in the database, until what it kept is discarded. */
export const JOURNAL = 'pawl_restores';

export interface RestoreRecord {
  /** The target's besideSuffix: one record per run. */
  readonly _id: string;
  readonly keepSuffix: string;
  readonly state: 'receiving' | 'received' | 'swapping' | 'swapped' | 'undoing';
  /** What the dump holds; known when all of it was received. */
  readonly restored: readonly RestoredCollection[];
  readonly views: readonly RestoredView[];
  /** What is renamed away by the swap, in the order it was; known when the swap begins. */
  readonly replaced: readonly ReplacedCollection[];
}

export interface RestoredCollection {
  readonly name: string;
  readonly beside: string;
}

export interface RestoredView {
  readonly name: string;
  /** Canonical extended JSON: a pipeline's `$` is no field name for every server. */
  readonly options: string;
  /** It was missing when the swap began, so the swap makes it, and swapBack drops it. */
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
    this.records = db.collection<RestoreRecord>(JOURNAL, { writeConcern: { w: 'majority' } });
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
    } as const;
    await this.records.replaceOne({ _id: besideSuffix }, empty, { upsert: true });
  }

  async set(change: Partial<Omit<RestoreRecord, '_id'>>): Promise<void> {
    await this.records.updateOne({ _id: this.target.besideSuffix }, { $set: change });
  }

  /** Forgets this restore; the last one takes the collection with it. */
  async close(): Promise<void> {
    await this.records.deleteOne({ _id: this.target.besideSuffix });
    if ((await this.records.findOne({})) === null) await this.db.dropCollection(JOURNAL);
  }
}

/** Names that belong to restores and not to the application. */
export function hiddenNames(
  records: readonly RestoreRecord[],
  names: ReadonlySet<string>,
): ReadonlySet<string> {
  const hidden = new Set<string>(names.has(JOURNAL) ? [JOURNAL] : []);
  for (const record of records) {
    for (const { keep } of record.replaced) hidden.add(keep);
    for (const name of names) if (name.endsWith(record._id)) hidden.add(name);
  }
  return hidden;
}
