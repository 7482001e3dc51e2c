import { BSON, type Db, type Document } from 'mongodb';

/** A view in the journal. */
export interface JournalView {
  readonly name: string;
  /** Canonical extended JSON: a pipeline's `$` is no field name for every server. */
  readonly options: string;
}

export function journalView({ name, options }: { name: string; options: Document }): JournalView {
  return { name, options: BSON.EJSON.stringify(options, { relaxed: false }) };
}

export function viewOptions({ options }: JournalView): Document {
  return BSON.EJSON.parse(options, { relaxed: false }) as Document;
}

export async function makeView(db: Db, view: JournalView): Promise<void> {
  await db.command({ create: view.name, ...viewOptions(view) });
}
