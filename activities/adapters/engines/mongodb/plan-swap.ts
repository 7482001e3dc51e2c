import type { RestoreTarget } from '../../../../workflows/model/restore-target';
import { AdapterError } from '../../../ports/adapter-error';
import { type Catalogue, readCatalogue } from './catalogue';
import type { Server } from './connect';
import type { ReplacedCollection, RestoreRecord } from './journal';
import { suffixedCollection } from './names';
import { requireRenameable } from './rename';
import { journalView } from './views';

export type SwapPlan = Pick<RestoreRecord, 'views' | 'replaced' | 'replacedViews'>;

/**
 * Finds out what a swap will rename, drop and make: all that is there gives way, but for views that are as they were.
 * Throws: PreconditionFailed when something can give no way (time series, a name that is taken); nothing was touched
 */
export async function planSwap(
  server: Server,
  target: RestoreTarget,
  record: RestoreRecord,
): Promise<SwapPlan> {
  const catalogue = await readCatalogue(server.client.db(target.into));
  requireNoTimeSeries(target, record, catalogue);
  const views = catalogue.covered.filter(({ type }) => type === 'view').map(journalView);
  const same = ({ name, options }: (typeof views)[number]): boolean =>
    record.views.some((view) => view.name === name && view.options === options);
  const unchanged = new Set(views.filter(same).map(({ name }) => name));
  return {
    replaced: await replacedCollections(server, target, catalogue),
    replacedViews: views.filter(({ name }) => !unchanged.has(name)),
    views: record.views.map((view) => ({ ...view, made: !unchanged.has(view.name) })),
  };
}

async function replacedCollections(
  server: Server,
  { into, keepSuffix }: RestoreTarget,
  { covered, names }: Catalogue,
): Promise<readonly ReplacedCollection[]> {
  const replaced: ReplacedCollection[] = [];
  for (const { name, type } of covered) {
    if (type === 'view') continue;
    await requireRenameable(server, into, name);
    const keep = suffixedCollection(into, name, keepSuffix);
    if (names.has(keep)) throw taken(into, keep);
    replaced.push({ name, keep });
  }
  return replaced;
}

/** MongoDB renames none: one in the way of something restored would stop the swap half-way. */
function requireNoTimeSeries(
  { into }: RestoreTarget,
  { restored, views }: RestoreRecord,
  { types }: Catalogue,
): void {
  const inTheWay = [...restored, ...views].find(({ name }) => types.get(name) === 'timeseries');
  if (inTheWay === undefined) return;
  throw new AdapterError(
    'PreconditionFailed',
    `${JSON.stringify(inTheWay.name)} is a time series collection in database ${JSON.stringify(into)} now, and was none ` +
      'when it was saved; it cannot be renamed, so nothing can be put in its place. Nothing was swapped',
    { advice: 'Restore into another database with --into, or drop the time series collection.' },
  );
}

function taken(into: string, keep: string): AdapterError {
  return new AdapterError(
    'PreconditionFailed',
    `database ${JSON.stringify(into)} has a collection ${JSON.stringify(keep)} already, the name under which ` +
      'what is replaced would be kept; nothing was swapped',
    { advice: 'Rename or drop that collection.' },
  );
}
