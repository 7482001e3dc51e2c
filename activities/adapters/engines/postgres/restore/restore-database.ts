import { formatCount } from '../../../../../workflows/model/format-count';
import type { ByteSink } from '../../../../ports/byte-stream';
import type { TargetObservation } from '../../../../ports/engine';
import type { Access } from '../connect/access';
import { archiveSink } from './archive-sink';
import {
  dropDatabase,
  findDatabases,
  restoredMark,
  restoreNames,
  restOf,
  unfinishedMark,
  withRest,
  type RestoreNames,
} from './databases';
import { onTarget } from './on-target';
import { prepareDatabase } from './prepare-database';
import { digestRestored } from '../digest/held-snapshot';
import type { PartRestorer, RestoreTask } from './part-restorer';
import { identifier, literal } from '../connect/quoting';
import { countSessionsOn } from '../connect/own-sessions';
import { reportingWork } from '../connect/report-work';
import { onDatabase, onServer } from '../connect/server-sessions';
import { whatBlocks, type Blocking } from './what-blocks';
import { swapDatabases, swapDatabasesBack } from './swap-databases';
import { lastOne, replacedMeanwhile } from './target-failures';

/** Restores a database beside another and puts it in its place. Every step looks at what databases there are. */
export const databaseRestorer: PartRestorer = {
  observeTarget,
  prepare: prepareDatabase,
  receive,
  swap: (access, { target }) => swapDatabases(access, target),
  swapBack: (access, { target }) => swapDatabasesBack(access, target),

  digest: (access, { target, onProgress }, expected) =>
    // A table is one statement, however large it is.
    reportingWork(
      access,
      onProgress,
      onDatabase(access, restoreNames(target).beside, (session) =>
        digestRestored(session, expected, onProgress),
      ),
    ),

  discardBeside,
  discardKept,
};

async function observeTarget(access: Access, { target }: RestoreTask): Promise<TargetObservation> {
  const names = restoreNames(target);
  return onServer(access, Object.values(names), async (session) => {
    const into = (await findDatabases(session, [names.into])).get(names.into);
    const sessions = await countSessionsOn(session, names.into);
    const { refusals, notes } = await whatBlocks(session, names.into);
    return {
      exists: into !== undefined,
      bytes: into?.bytes ?? 0,
      otherSessions: sessions.all,
      version: `PostgreSQL ${session.version}`,
      notes: [...notes, ...beyondReach(names.into, sessions.beyondReach)],
      ...(refusals.length > 0 && { obstacle: obstacleOf(refusals, access) }),
    };
  });
}

function obstacleOf(
  refusals: Blocking['refusals'],
  { place }: Access,
): NonNullable<TargetObservation['obstacle']> {
  return {
    obstacle: `${place}: ${refusals.map(({ reason }) => reason).join('; ')}`,
    advice: refusals.map(({ wayOut }) => wayOut).join(' '),
  };
}

function beyondReach(database: string, count: number): string[] {
  if (count === 0) return [];
  return [
    `${formatCount(count, 'session')} on ${database} must be gone at the swap, and belong to roles whose sessions this user may not end: end them, or grant it pg_signal_backend (for those of superusers it must be one).`,
  ];
}

async function receive(
  access: Access,
  { target, searchPath, onProgress }: RestoreTask,
): Promise<ByteSink> {
  const names = restoreNames(target);
  const database = names.beside;
  const major = await onDatabase(access, database, (session) => Promise.resolve(session.major));
  return archiveSink(
    { access, database, major, onProgress },
    { leaveOut: target.leaveOut ?? [], ...(searchPath !== undefined && { searchPath }) },
    () => markRestored(access, names),
  );
}

/** From here on it may be swapped. What else has the name is the work of an attempt that comes late. */
async function markRestored(access: Access, names: RestoreNames): Promise<void> {
  await onServer(access, Object.values(names), async (session) => {
    const found = (await findDatabases(session, [names.beside])).get(names.beside);
    const rest = restOf(unfinishedMark(names), found?.comment);
    if (rest === undefined) throw replacedMeanwhile(access, names);
    const comment = literal(withRest(restoredMark(names), rest));
    await session.execute(`comment on database ${identifier(names.beside)} is ${comment}`);
  });
}

async function discardBeside(access: Access, { target }: RestoreTask): Promise<void> {
  const names = restoreNames(target);
  await onTarget(access, names, (session) => dropDatabase(access, session, names.beside));
}

/** Afterwards the restore cannot be undone: where it replaced nothing, its mark gives way to the database's comment. */
async function discardKept(access: Access, { target }: RestoreTask): Promise<void> {
  const names = restoreNames(target);
  await onTarget(access, names, async (session) => {
    const found = await findDatabases(session, Object.values(names));
    if (found.has(names.keep) && !found.has(names.into)) throw lastOne(access, names);
    const comment = restOf(restoredMark(names), found.get(names.into)?.comment);
    if (comment !== undefined) {
      const own = comment === '' ? 'null' : literal(comment);
      await session.execute(`comment on database ${identifier(names.into)} is ${own}`);
    }
    await dropDatabase(access, session, names.keep);
  });
}
