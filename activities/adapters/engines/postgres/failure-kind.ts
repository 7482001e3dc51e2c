import type { AdapterError } from '../../../ports/adapter-error';

type Kind = AdapterError['kind'];

/** SQLSTATE prefixes, the longest match first. What is not listed is a `CommandFailed`. */
const KIND_OF_STATE: readonly (readonly [prefix: string, kind: Kind])[] = [
  ['28', 'CredentialsRejected'], // invalid authorisation, wrong password
  ['42501', 'CredentialsRejected'], // missing right
  ['3D000', 'PreconditionFailed'], // no such database
  ['42704', 'PreconditionFailed'], // no such role, type or tablespace
  ['58P01', 'PreconditionFailed'], // a file of an extension or a tablespace is missing
  ['55000', 'PreconditionFailed'], // a database that allows no connections, or is invalid
  ['53200', 'PreconditionFailed'], // no room in the lock table: max_locks_per_transaction
  ['53300', 'ServiceUnavailable'], // too many connections
  ['08', 'ServiceUnavailable'],
  ['57P', 'ServiceUnavailable'], // shut down, crashed, starting up, session terminated
  ['55P03', 'ResourceBusy'], // lock timeout
  ['55006', 'ResourceBusy'], // the database is in use
  ['40', 'ResourceBusy'], // deadlock, serialisation
];

export function kindOfState(state: string): Kind {
  return KIND_OF_STATE.find(([prefix]) => state.startsWith(prefix))?.[1] ?? 'CommandFailed';
}

/** What programs print (LC_MESSAGES=C); the server's own lines among them may be in the server's language. */
const KIND_OF_TEXT: readonly (readonly [pattern: RegExp, kind: Kind])[] = [
  [/authentication failed|no password supplied|no pg_hba\.conf entry/, 'CredentialsRejected'],
  [/permission denied|must be (owner|superuser)|insufficient privilege/, 'CredentialsRejected'],
  [/(database|role|tablespace) ".*" does not exist/s, 'PreconditionFailed'],
  [/not currently accepting connections|cannot connect to invalid database/, 'PreconditionFailed'],
  [/extension ".*" is not available|could not open extension/s, 'PreconditionFailed'],
  [/max_locks_per_transaction/, 'PreconditionFailed'],
  [/server version mismatch|unsupported version .* in file header/, 'PreconditionFailed'],
  // pg_dump says what it wanted, whatever the server's language; what is gone by then was there when it looked.
  [/(Query|command) was: LOCK TABLE/, 'ResourceBusy'],
  [/due to conflict with recovery/, 'ResourceBusy'],
  [/canceling statement due to lock timeout|is being accessed by other/, 'ResourceBusy'],
  [/could not connect|connection (to server|refused|reset)/i, 'ServiceUnavailable'],
  [/terminating connection|server closed the connection/, 'ServiceUnavailable'],
  [/connection to server was lost|no connection to the server/, 'ServiceUnavailable'],
  [/shutting down|starting up|in recovery mode|too many clients/, 'ServiceUnavailable'],
  [/SSL SYSCALL error|could not receive data from server/, 'ServiceUnavailable'],
];

export function kindOfText(text: string): Kind {
  return KIND_OF_TEXT.find(([pattern]) => pattern.test(text))?.[1] ?? 'CommandFailed';
}

/** What to do about it, where that can be known. */
export function adviceFor(text: string): string | undefined {
  if (text.includes('max_locks_per_transaction')) {
    return 'Raise max_locks_per_transaction above the number of tables and restart PostgreSQL.';
  }
  if (text.includes('cannot connect to invalid database')) {
    return 'Drop the database: an earlier DROP DATABASE was interrupted, and nothing else can be done with it.';
  }
  if (text.includes('not currently accepting connections')) {
    return 'Open it with ALTER DATABASE … ALLOW_CONNECTIONS true, or leave it out.';
  }
  if (text.includes('conflict with recovery')) {
    return 'Set hot_standby_feedback on the standby, or back up the primary.';
  }
  const role = /role (".*") does not exist/.exec(text)?.[1];
  if (role !== undefined) {
    return `Create the role ${role} there first, or restore the server's globals.`;
  }
  if (text.includes('pg_hba.conf')) return 'Allow this user in pg_hba.conf, or name another user.';
  if (/no space left on device/i.test(text)) return 'Make room on the disk and run it again.';
  return undefined;
}
