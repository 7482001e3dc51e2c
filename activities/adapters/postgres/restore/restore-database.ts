import { AdapterError } from '../../../adapter-error';
import type { ByteSink, TargetObservation } from '../../../ports';
import type { Access } from '../connect/access';
import { restoreArguments } from '../commands';
import { createOptions } from './database-properties';
import {
  dropDatabase,
  findDatabases,
  restoredMark,
  restoreNames,
  type RestoreNames,
} from './databases';
import { endSessionsNamed } from '../connect/own-sessions';
import { digestRestored } from '../digest/held-snapshot';
import type { PartRestorer, RestoreTask } from './part-restorer';
import { explainExit } from '../program-failure';
import { identifier, literal } from '../connect/quoting';
import { reportingWork } from '../connect/report-work';
import { onDatabase, onServer } from '../connect/server-sessions';
import { queryRows } from '../connect/session';
import { keepTaken, swapDatabases, swapDatabasesBack } from './swap-databases';

/** Restores a database beside another and puts it in its place. Every step looks at what databases there are. */
export const databaseRestorer: PartRestorer = {
  observeTarget,
  prepare,
  receive,
  swap: (access, { target }) => swapDatabases(access, target),
  swapBack: (access, { target }) => swapDatabasesBack(access, target),

  digest: (access, { target, onProgress }, expected) =>
    onDatabase(access, restoreNames(target).beside, (session) =>
      digestRestored(session, expected, onProgress),
    ),

  discardBeside,
  discardKept,
};

async function observeTarget(access: Access, { target }: RestoreTask): Promise<TargetObservation> {
  const names = restoreNames(target);
  return onServer(access, Object.values(names), async (session) => {
    const into = (await findDatabases(session, [names.into])).get(names.into);
    const [sessions] = await queryRows<{ count: number }>(
      session,
      `select count(*) as count from pg_catalog.pg_stat_activity
       where datname = ${literal(names.into)} and backend_type = 'client backend'`,
    );
    return {
      exists: into !== undefined,
      bytes: into?.bytes ?? 0,
      otherSessions: sessions?.count ?? 0,
      version: `PostgreSQL ${session.version}`,
    };
  });
}

/**
 * As empty as template0, with encoding and locale of the database that it will replace; where there is none, of the
 * database that was dumped; where that is gone too, the server's own. A wrong encoding does not pass the digests.
 * Throws: PreconditionFailed when a database has the name that what is replaced would get
 */
async function prepare(access: Access, { part, target }: RestoreTask): Promise<void> {
  const names = restoreNames(target);
  await onServer(access, Object.values(names), async (session) => {
    await endSessionsNamed(session, access.applicationName); // a dead attempt may be creating it still
    if ((await findDatabases(session, [names.keep])).has(names.keep))
      throw keepTaken(access, names);
    await dropDatabase(session, names.beside);
    const options = await createOptions(session, [names.into, part.source]);
    const beside = identifier(names.beside);
    await session.execute(`create database ${beside} ${options}`);
    await session.execute(`comment on database ${beside} is ${literal(restoredMark(names))}`);
  });
}

async function receive(access: Access, { target, onProgress }: RestoreTask): Promise<ByteSink> {
  const { beside } = restoreNames(target);
  const major = await onDatabase(access, beside, (session) => Promise.resolve(session.major));
  const command = await access.start('pg_restore', major, beside, restoreArguments, 'pipe');
  const { stdin } = command;
  if (stdin === null) throw new AdapterError('InternalError', 'pg_restore has no stdin');
  stdin.on('error', () => undefined); // a pg_restore that is gone is seen at its exit
  return {
    stream: stdin,
    async finish() {
      const exit = await reportingWork(access, onProgress, command.exit);
      if (exit.code !== 0) throw await explainExit(command, exit, access, beside);
    },
    abort: () => command.kill(),
  };
}

async function discardBeside(access: Access, { target }: RestoreTask): Promise<void> {
  const names = restoreNames(target);
  await onServer(access, Object.values(names), (session) => dropDatabase(session, names.beside));
}

/** Afterwards the restore cannot be undone: where it replaced nothing, its mark goes too. */
async function discardKept(access: Access, { target }: RestoreTask): Promise<void> {
  const names = restoreNames(target);
  await onServer(access, Object.values(names), async (session) => {
    const found = await findDatabases(session, Object.values(names));
    if (found.has(names.keep) && !found.has(names.into)) throw lastOne(access, names);
    if (found.get(names.into)?.comment === restoredMark(names)) {
      await session.execute(`comment on database ${identifier(names.into)} is null`);
    }
    await dropDatabase(session, names.keep);
  });
}

function lastOne({ place }: Access, { into, keep }: RestoreNames): AdapterError {
  return new AdapterError(
    'PreconditionFailed',
    `${keep} is all that is left of ${into} at ${place}: it is not dropped`,
  );
}
