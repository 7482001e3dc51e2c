import type { Db } from 'mongodb';
import type { RestoreTarget } from '../../../../workflows/model/restore-target';
import { AdapterError } from '../../../ports/adapter-error';
import { readCatalogue } from './catalogue';
import type { Server } from './connect';
import {
  isInPlace,
  Journal,
  type ReplacedCollection,
  type RestoredCollection,
  type RestoreRecord,
} from './journal';
import { suffixedCollection } from './names';
import { planSwap } from './plan-swap';
import { NAMESPACE_EXISTS, rename } from './rename';
import { hasCode } from './to-adapter-error';
import { type JournalView, makeView } from './views';

/** How often a collection that the application makes again between two renames is moved out of the way. */
const STRAYS = 10;

/**
 * Puts the restored collections and views in the place of all that are there: collections are kept under another name,
 * definitions of views in the journal. Each step is done or not, and which ones were done is seen from the names, once
 * the journal has said what is to be done: so any attempt can go on.
 */
export class Swap {
  private readonly db: Db;
  private readonly journal: Journal;
  private types = new Map<string, string>();

  constructor(
    private readonly server: Server,
    private readonly target: RestoreTarget,
  ) {
    this.db = server.client.db(target.into);
    this.journal = new Journal(this.db, target);
  }

  async perform(): Promise<{ kept: boolean }> {
    let record = await this.journal.require('received', 'swapping', 'swapped');
    if (record.state === 'received') {
      const plan = await planSwap(this.server, this.target, record);
      // Written down before anything is renamed or dropped.
      await this.journal.set({ state: 'swapping', ...plan });
      record = { ...record, state: 'swapping', ...plan };
    }
    if (record.state === 'swapping') await this.carryOut(record);
    return { kept: record.replaced.length + record.replacedViews.length > 0 };
  }

  private async carryOut(record: RestoreRecord): Promise<void> {
    await this.look();
    for (const { name } of record.replacedViews) await this.dropView(name);
    const restored = new Set(record.restored.map(({ name }) => name));
    for (const { name, keep } of record.replaced) {
      if (!restored.has(name)) await this.moveIfThere(name, keep);
    }
    const replaced = [...record.replaced];
    for (const collection of record.restored) await this.moveIn(collection, replaced);
    for (const view of record.views) if (view.made === true) await this.putView(view, replaced);
    await this.requireInPlace(record);
    await this.journal.set({ state: 'swapped' });
  }

  private async look(): Promise<void> {
    this.types = new Map((await readCatalogue(this.db)).types);
  }

  /** `c` → `c_before_7`, `c_restoring_7` → `c`. As long as the latter is not done, whatever is called `c` is to be kept. */
  private async moveIn(
    collection: RestoredCollection,
    replaced: ReplacedCollection[],
  ): Promise<void> {
    const { name, beside } = collection;
    if (isInPlace(collection)) return;
    for (let stray = 0; this.types.has(beside); stray += 1) {
      if (stray > STRAYS) throw this.busy(name);
      await this.clear(name, replaced);
      await this.unlessTaken(name, () => this.move(beside, name));
    }
  }

  private async putView(view: JournalView, replaced: ReplacedCollection[]): Promise<void> {
    for (let stray = 0; this.types.get(view.name) !== 'view'; stray += 1) {
      if (stray > STRAYS) throw this.busy(view.name);
      await this.clear(view.name, replaced);
      await this.unlessTaken(view.name, async () => {
        await makeView(this.db, view);
        this.types.set(view.name, 'view');
      });
    }
  }

  /** The application may write into a name at any moment, which makes a collection of it again. */
  private async unlessTaken(name: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!hasCode(error, NAMESPACE_EXISTS)) throw error;
      await this.look();
      if (!this.types.has(name)) this.types.set(name, 'collection');
    }
  }

  /** Frees a name. A view holds no documents: one that was not there when the swap was planned is not kept. */
  private async clear(name: string, replaced: ReplacedCollection[]): Promise<void> {
    await this.dropView(name);
    if (this.types.has(name)) await this.move(name, await this.keepNameOf(name, replaced));
  }

  private async keepNameOf(name: string, replaced: ReplacedCollection[]): Promise<string> {
    const planned = replaced.find((old) => old.name === name && !this.types.has(old.keep));
    if (planned !== undefined) return planned.keep;
    const { into, keepSuffix } = this.target;
    const count = replaced.filter((old) => old.name === name).length;
    const keep = suffixedCollection(into, `${name}~${count}`, keepSuffix);
    replaced.push({ name, keep });
    await this.journal.set({ replaced });
    return keep;
  }

  private async dropView(name: string): Promise<void> {
    if (this.types.get(name) !== 'view') return;
    await this.db.dropCollection(name);
    this.types.delete(name);
  }

  private async moveIfThere(from: string, to: string): Promise<void> {
    if (this.types.has(from) && !this.types.has(to)) await this.move(from, to);
  }

  private async move(from: string, to: string): Promise<void> {
    await rename(this.server, this.target.into, from, to);
    this.types.delete(from);
    this.types.set(to, 'collection');
  }

  /** A last look: an attempt that was thought dead may have renamed beside this one. */
  private async requireInPlace({ restored }: RestoreRecord): Promise<void> {
    await this.look();
    const lost = restored.find((collection) => {
      const { name, beside } = collection;
      if (this.types.get(name) !== 'collection') return true;
      return !isInPlace(collection) && this.types.has(beside);
    });
    if (lost === undefined) return;
    throw new AdapterError(
      'CommandFailed',
      `collection ${JSON.stringify(lost.name)} of ${JSON.stringify(this.target.into)} is not in its place after the swap: ` +
        'something else renames collections there',
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
