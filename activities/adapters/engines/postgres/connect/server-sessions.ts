import { AdapterError } from '../../../../ports/adapter-error';
import type { Access } from './access';
import type { Session } from './session';

/** Databases that every server has. One of them may be the very one that is worked on, or be closed to this user. */
const ALWAYS_THERE = ['postgres', 'template1'];

/**
 * Runs work on a session of a database other than `avoiding`: a database can be renamed or dropped only from another.
 * Throws: what connecting to the last of them threw
 */
export async function onServer<Result>(
  access: Access,
  avoiding: readonly string[],
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const session = await connectToOne(
    access,
    ALWAYS_THERE.filter((database) => !avoiding.includes(database)),
  );
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

async function connectToOne(access: Access, databases: readonly string[]): Promise<Session> {
  let failure: unknown;
  for (const database of databases) {
    try {
      return await access.connect(database);
    } catch (error) {
      failure = error;
      if (!isClosed(error)) break;
    }
  }
  throw failure;
}

function isClosed(error: unknown): boolean {
  if (!(error instanceof AdapterError)) return false;
  return error.kind === 'PreconditionFailed' || error.kind === 'CredentialsRejected';
}

/** Runs work on a session of one database. */
export async function onDatabase<Result>(
  access: Access,
  database: string,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const session = await access.connect(database);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/** Runs statements as one transaction. */
export async function inTransaction(
  session: Session,
  statements: readonly string[],
): Promise<void> {
  await session.execute('begin');
  try {
    for (const statement of statements) await session.execute(statement);
    await session.execute('commit');
  } catch (error) {
    await session.execute('rollback').catch(() => undefined); // the first failure is the one to tell
    throw error;
  }
}
