import { BSON, type Db, type Document } from 'mongodb';
import type { RestoreTarget } from '../../../workflows/model/restore-target';
import { AdapterError } from '../../adapter-error';
import { readCatalogue } from './catalogue';
import type { Server } from './connect';
import {
  Journal,
  type ReplacedCollection,
  type RestoredCollection,
  type RestoreRecord,
} from './journal';
import { suffixedCollection } from './names';
import { NAMESPACE_EXISTS, rename, requireRenameable } from './rename';
import { hasCode } from './to-adapter-error';

/** How often a collection that the application makes again between two renames is moved out of the way. */
const STRAYS = 10;

/**
 * Puts the restored collections in the place of all that are there, which are kept. Each rename is done or not, and which
 * ones were done is seen from the names, once the journal has said what is to be renamed: so any attempt can go on.
 */
export class Swap {
  private readonly db: Db;
  private readonly journal: Journal;
  private names = new Set<string>();

  constructor(
    private readonly server: Server,
    private readonly target: RestoreTarget,
  ) {
    this.db = server.client.db(target.into);
    this.journal = new Journal(this.db, target);
  }

  async perform(): Promise<{ kept: boolean }> {
    let record = await this.journal.require('received', 'swapping', 'swapped');
    if (record.state === 'received') record = await this.plan(record);
    if (record.state === 'swapping') await this.carryOut(record);
    return { kept: record.replaced.length > 0 };
  }

  /** Writes down what will be renamed, before anything is. */
  private async plan(record: RestoreRecord): Promise<RestoreRecord> {
    const { covered, names } = await readCatalogue(this.db);
    const { into, keepSuffix } = this.target;
    const replaced: ReplacedCollection[] = [];
    for (const { name, type } of covered) {
      if (type === 'view') continue;
      await requireRenameable(this.server, into, name);
      const keep = suffixedCollection(into, name, keepSuffix);
      if (names.has(keep)) throw this.taken(keep);
      replaced.push({ name, keep });
    }
    const views = record.views.map((view) => ({ ...view, made: !names.has(view.name) }));
    await this.journal.set({ state: 'swapping', replaced, views });
    return { ...record, state: 'swapping', replaced, views };
  }

  private async carryOut(record: RestoreRecord): Promise<void> {
    this.names = new Set((await readCatalogue(this.db)).names);
    const restored = new Set(record.restored.map(({ name }) => name));
    for (const { name, keep } of record.replaced) {
      if (!restored.has(name)) await this.moveIfThere(name, keep);
    }
    const replaced = [...record.replaced];
    for (const collection of record.restored) await this.moveIn(collection, replaced);
    for (const { name, options, made } of record.views) {
      if (made === true && !this.names.has(name)) await this.makeView(name, options);
    }
    await this.journal.set({ state: 'swapped' });
  }

  /** `c` → `c_before_7`, `c_restoring_7` → `c`. As long as the latter is not done, whatever is called `c` is to be kept. */
  private async moveIn(
    { name, beside }: RestoredCollection,
    replaced: ReplacedCollection[],
  ): Promise<void> {
    for (let stray = 0; this.names.has(beside); stray += 1) {
      if (stray > STRAYS) throw this.busy(name);
      if (this.names.has(name)) await this.move(name, await this.keepNameOf(name, replaced));
      try {
        await this.move(beside, name);
      } catch (error) {
        if (!hasCode(error, NAMESPACE_EXISTS)) throw error;
        this.names.add(name); // the application wrote into it since, which made it again
      }
    }
  }

  private async keepNameOf(name: string, replaced: ReplacedCollection[]): Promise<string> {
    const planned = replaced.find((old) => old.name === name && !this.names.has(old.keep));
    if (planned !== undefined) return planned.keep;
    const { into, keepSuffix } = this.target;
    const count = replaced.filter((old) => old.name === name).length;
    const keep = suffixedCollection(into, `${name}~${count}`, keepSuffix);
    replaced.push({ name, keep });
    await this.journal.set({ replaced });
    return keep;
  }

  private async makeView(name: string, options: string): Promise<void> {
    await this.db.command({
      create: name,
      ...(BSON.EJSON.parse(options, { relaxed: false }) as Document),
    });
    this.names.add(name);
  }

  private async moveIfThere(from: string, to: string): Promise<void> {
    if (this.names.has(from) && !this.names.has(to)) await this.move(from, to);
  }

  private async move(from: string, to: string): Promise<void> {
    await rename(this.server, this.target.into, from, to);
    this.names.delete(from);
    this.names.add(to);
  }

  private taken(keep: string): AdapterError {
    return new AdapterError(
      'PreconditionFailed',
      `database ${JSON.stringify(this.target.into)} has a collection ${JSON.stringify(keep)} already, the name under which ` +
        'what is replaced would be kept; nothing was swapped',
      { advice: 'Rename or drop that collection.' },
    );
  }

  private busy(name: string): AdapterError {
    return new AdapterError(
      'ResourceBusy',
      `collection ${JSON.stringify(name)} of ${JSON.stringify(this.target.into)} was made again ${STRAYS} times while it was ` +
        'swapped; the swap is half done and goes on with the next attempt',
      { advice: 'Stop what writes to the database.' },
    );
  }
}
