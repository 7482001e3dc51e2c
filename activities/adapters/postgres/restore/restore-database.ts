import { AdapterError } from '../../../adapter-error';
import type { ByteSink, TargetObservation } from '../../../ports';
import type { Access } from '../connect/access';
import { restoreArguments } from '../commands';
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
import { explainExit } from '../program-failure';
import { identifier, literal } from '../connect/quoting';
import { reportingWork } from '../connect/report-work';
import { onDatabase, onServer } from '../connect/server-sessions';
import { queryRows } from '../connect/session';
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

async function receive(access: Access, { target, onProgress }: RestoreTask): Promise<ByteSink> {
  const names = restoreNames(target);
  const { beside } = names;
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
      await markRestored(access, names);
    },
    abort: () => command.kill(),
  };
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
  await onTarget(access, names, (session) => dropDatabase(session, names.beside));
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
    await dropDatabase(session, names.keep);
  });
}
