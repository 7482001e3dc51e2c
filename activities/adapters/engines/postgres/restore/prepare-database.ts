import type { Json } from '../../../../../workflows/model/recovery-point';
import { AdapterError } from '../../../../ports/adapter-error';
import type { Access } from '../connect/access';
import { identifier, literal } from '../connect/quoting';
import type { Session } from '../connect/session';
import { parseSurroundings, readSurroundings, type Surroundings } from '../surroundings';
import { createOptions, propertiesOf } from './database-properties';
import {
  dropDatabase,
  findDatabases,
  restoreNames,
  unfinishedMark,
  withRest,
  type RestoreNames,
} from './databases';
import { onTarget } from './on-target';
import type { RestoreTask } from './part-restorer';
import { leftOut, stateOf, type Refusal } from './refusals';
import { keepTaken } from './target-failures';
import type { SwapPlan } from './swap-plan';

/** CREATE DATABASE: no such tablespace or right on it, locale, provider of locales, or word for it. */
const LACKING = new Set(['42704', '42501', '42809', '22023', '0A000', '42601']);

/**
 * As empty as template0, with encoding, locale and tablespace of the database that it will replace; where there is
 * none, those that were recorded with the dump; in a manifest without them, of the database that was dumped; where that
 * is gone too, the server's own. What else was recorded is tried out and noted for the swap.
 * Shape:  → what the restored database cannot have of what was recorded, in sentences; [] where it replaces another
 * Throws: PreconditionFailed when a database has the name that what is replaced would get
 */
export async function prepareDatabase(
  access: Access,
  { part, target }: RestoreTask,
  recorded: Json | undefined,
): Promise<readonly string[]> {
  const names = restoreNames(target);
  return onTarget(access, names, async (session) => {
    if ((await findDatabases(session, [names.keep])).has(names.keep))
      throw keepTaken(access, names);
    await dropDatabase(access, session, names.beside);
    const replaced = await readSurroundings(session, names.into);
    const known = recorded === undefined ? undefined : parseSurroundings(recorded);
    const model = replaced ?? known ?? (await readSurroundings(session, part.source));
    const lacking = await create(session, names.beside, model);
    const willReplace = replaced !== undefined;
    const refused =
      known === undefined || willReplace ? [] : await tryOut(session, known, names.beside);
    await mark(session, names, known && { surroundings: known, without: refused.map(nameOf) });
    if (willReplace) return [];
    if (recorded !== undefined && known === undefined) return [notUnderstood(names.into)];
    return leftOut(names.into, [...lacking, ...refused]);
  });
}

/** The plan is written where a database will be replaced, too: that one may be gone by then. */
async function mark(
  session: Session,
  names: RestoreNames,
  plan: SwapPlan | undefined,
): Promise<void> {
  const comment = withRest(unfinishedMark(names), plan === undefined ? '' : JSON.stringify(plan));
  await session.execute(`comment on database ${identifier(names.beside)} is ${literal(comment)}`);
}

function nameOf({ what }: Refusal): string {
  return what;
}

async function create(
  session: Session,
  database: string,
  model: Surroundings | undefined,
): Promise<readonly Refusal[]> {
  let refusal: unknown;
  for (const { options, lacks } of createOptions(model)) {
    try {
      await session.execute(`create database ${identifier(database)} ${options}`);
      return lacks.map((what) => ({ what, error: refusal }));
    } catch (error) {
      if (!LACKING.has(stateOf(error))) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

/** Gives the database what was recorded and takes it back: half of it would disturb the restore of its content. */
async function tryOut(
  session: Session,
  surroundings: Surroundings,
  database: string,
): Promise<readonly Refusal[]> {
  const refusals: Refusal[] = [];
  await session.execute('begin');
  for (const { what, statement } of propertiesOf(surroundings, database)) {
    await session.execute('savepoint one');
    try {
      await session.execute(statement);
    } catch (error) {
      if (!(error instanceof AdapterError)) throw error;
      refusals.push({ what, error });
      await session.execute('rollback to savepoint one');
    }
    await session.execute('release savepoint one');
  }
  await session.execute('rollback');
  return refusals;
}

function notUnderstood(database: string): string {
  return `Database ${database}: its owner, rights and settings are left out: another version of pawl recorded them.`;
}
