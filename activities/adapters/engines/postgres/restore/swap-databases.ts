import { setTimeout as sleep } from 'node:timers/promises';
import { formatCount } from '../../../../../workflows/model/format-count';
import type { RestoreTarget } from '../../../../../workflows/model/restore-target';
import { AdapterError } from '../../../../ports/adapter-error';
import type { Access } from '../connect/access';
import { copyProperties } from './database-properties';
import {
  dropDatabase,
  findDatabases,
  keptMark,
  restoredMark,
  restoreNames,
  restOf,
  withRest,
  type Database,
  type RestoreNames,
} from './databases';
import { onTarget } from './on-target';
import { countSessionsOn, endSessionsOn } from '../connect/own-sessions';
import { identifier, literal } from '../connect/quoting';
import { inTransaction } from '../connect/server-sessions';
import type { Session } from '../connect/session';
import { readPlan } from './swap-plan';
import { held, keepTaken, nothingToSwap, notRestored, stillBusy } from './target-failures';
import { whatBlocks, type Blocking } from './what-blocks';

const SWAP_TRIES = 3;
const BETWEEN_TRIES_MILLISECONDS = 1_000;

/**
 * Renames `into` to `keep` and `beside` to `into`, in one transaction: nobody ever sees a state in between. Before it,
 * both databases are closed to new sessions and their sessions are ended (a rename needs them gone, and clients come
 * back within milliseconds); a death there leaves `into` closed until the next attempt.
 * Retry:  safe; what is left to do is seen from which of the three databases exist
 * Throws: ResourceBusy (a session or a prepared transaction does not go; final) · CredentialsRejected (not the owner)
 */
export async function swapDatabases(
  access: Access,
  target: RestoreTarget,
): Promise<{ kept: boolean }> {
  const names = restoreNames(target);
  return onTarget(access, names, async (session) => {
    const found = await findDatabases(session, Object.values(names));
    const has = presence(found, names);
    if (has.into && has.beside && has.keep) throw keepTaken(access, names);
    if (!has.into && !has.beside) throw nothingToSwap(access, names);
    if (has.beside) {
      const rest = restOf(restoredMark(names), found.get(names.beside)?.comment);
      if (rest === undefined) throw notRestored(access, names);
      await whenFree(access, session, names, has, () => rename(session, names, has, rest));
    }
    return { kept: has.keep || (has.into && has.beside) };
  });
}

/** Each try costs all clients their connections: there are few, and none while it is known that it would be in vain. */
async function whenFree(
  access: Access,
  session: Session,
  names: RestoreNames,
  has: Presence,
  swap: () => Promise<void>,
): Promise<void> {
  let last: unknown;
  for (let tries = 0; tries < SWAP_TRIES; tries += 1) {
    if (tries > 0) await sleep(BETWEEN_TRIES_MILLISECONDS);
    const refusals = has.into ? await whatStops(session, names.into) : [];
    if (refusals.length > 0) {
      last = held(access, names, refusals);
      continue;
    }
    try {
      await swap();
      return;
    } catch (error) {
      if (!(error instanceof AdapterError) || error.kind !== 'ResourceBusy') throw error;
      last = stillBusy(access, names, error);
    }
  }
  throw last;
}

async function whatStops(session: Session, database: string): Promise<Blocking['refusals']> {
  const { refusals } = await whatBlocks(session, database);
  const { beyondReach } = await countSessionsOn(session, database);
  if (beyondReach === 0) return refusals;
  const reason = `${formatCount(beyondReach, 'session')} on it may not be ended by this user`;
  const wayOut =
    'End them by hand, or connect as a role that may (a member of pg_signal_backend, or a superuser).';
  return [...refusals, { reason, wayOut }];
}

async function rename(
  session: Session,
  names: RestoreNames,
  has: Presence,
  plan: string,
): Promise<void> {
  const { into, beside, keep } = quoted(names);
  const keeps = has.into || has.keep;
  const properties = keeps
    ? await copyProperties(session, has.into ? names.into : names.keep, names.beside)
    : recordedProperties(names, plan);
  await swapClosed(session, names, has.into ? [names.beside, names.into] : [names.beside], [
    ...properties,
    ...(has.into ? [`alter database ${into} rename to ${keep}`] : []),
    `alter database ${beside} rename to ${into}`,
    `alter database ${into} allow_connections true`,
    ...(keeps ? [`comment on database ${keep} is ${literal(keptMark(names.keep))}`] : []),
    ...(keeps ? [`alter database ${keep} allow_connections true`] : []),
  ]);
}

/** The mark stays, before the comment that the database had: it tells an undo that the restore replaced nothing. */
function recordedProperties(names: RestoreNames, plan: string): string[] {
  const { statements, comment } = readPlan(plan, names.beside);
  const marked = literal(withRest(restoredMark(names), comment));
  return [`comment on database ${identifier(names.beside)} is ${marked}`, ...statements];
}

/**
 * Gives `into` back what `keep` is, and drops what was restored. A database that replaced nothing, and one that was
 * replaced, are known by their comments; without them nothing of this restore is in place, and nothing is dropped.
 */
export async function swapDatabasesBack(access: Access, target: RestoreTarget): Promise<void> {
  const names = restoreNames(target);
  await onTarget(access, names, async (session) => {
    const found = await findDatabases(session, Object.values(names));
    const has = presence(found, names);
    if (has.into && has.beside) await open(session, names.into);
    else if (has.keep && (isKept(found, names) || !has.into)) {
      await renameBack(session, names, found);
    } else if (restOf(restoredMark(names), found.get(names.into)?.comment) !== undefined) {
      await dropDatabase(access, session, names.into);
    }
    await dropDatabase(access, session, names.beside);
  });
}

async function renameBack(
  session: Session,
  names: RestoreNames,
  found: ReadonlyMap<string, Database>,
): Promise<void> {
  const { into, beside, keep } = quoted(names);
  const replaced = found.has(names.into);
  const isMarked = isKept(found, names);
  const properties = replaced ? await copyProperties(session, names.into, names.keep) : [];
  await swapClosed(session, names, replaced ? [names.keep, names.into] : [names.keep], [
    ...(isMarked ? [`comment on database ${keep} is null`] : []),
    ...properties,
    ...(replaced ? [`alter database ${into} rename to ${beside}`] : []),
    `alter database ${keep} rename to ${into}`,
    `alter database ${into} allow_connections true`,
  ]);
}

/** When it fails, clients find `into` open again: the next attempt may be long in coming, and may fail as well. */
async function swapClosed(
  session: Session,
  { into }: RestoreNames,
  closed: readonly string[],
  statements: readonly string[],
): Promise<void> {
  try {
    await close(session, closed);
    await inTransaction(session, statements);
  } catch (error) {
    if (closed.includes(into)) await open(session, into).catch(() => undefined); // the first failure is the one to tell
    throw error;
  }
}

async function close(session: Session, databases: readonly string[]): Promise<void> {
  for (const name of databases) {
    await session.execute(`alter database ${identifier(name)} allow_connections false`);
    await endSessionsOn(session, name);
  }
}

async function open(session: Session, database: string): Promise<void> {
  await session.execute(`alter database ${identifier(database)} allow_connections true`);
}

function isKept(found: ReadonlyMap<string, Database>, { keep }: RestoreNames): boolean {
  return found.get(keep)?.comment === keptMark(keep);
}

type Presence = Readonly<Record<keyof RestoreNames, boolean>>;

function presence(found: ReadonlyMap<string, Database>, names: RestoreNames): Presence {
  return {
    into: found.has(names.into),
    beside: found.has(names.beside),
    keep: found.has(names.keep),
  };
}

function quoted({ into, beside, keep }: RestoreNames): RestoreNames {
  return { into: identifier(into), beside: identifier(beside), keep: identifier(keep) };
}
