import type { CommandOptions, CommandRunner } from '../../../../ports/command-runner';
import {
  connectionParameters,
  PROGRAM_ENVIRONMENT,
  type Access,
  type Caller,
  type Login,
} from './access';
import { Complaints } from './complaints';
import { CONNECT_TIMEOUT_SECONDS } from './pg-connection';
import { openPsqlConnection, psqlArguments } from './psql-connection';
import { connectionString } from './quoting';
import { setUp } from './session';

/**
 * Everything by exec in the service's container, over its local socket: the programs are the server's own, so they fit
 * it, and official images ask no password there.
 */
export function accessInContainer(
  runner: CommandRunner,
  { user = 'postgres', password }: Login,
  caller: Caller,
): Access {
  const place = `PostgreSQL in ${runner.location}`;
  const options: CommandOptions = {
    env: { ...PROGRAM_ENVIRONMENT, ...(password !== undefined && { PGPASSWORD: password }) },
    secrets: password === undefined ? [] : [password],
    signal: caller.signal,
  };
  const connectionTo = (database: string): string =>
    connectionString({ user, ...connectionParameters(database, caller, CONNECT_TIMEOUT_SECONDS) });
  return {
    place,
    applicationName: caller.applicationName,

    async connect(database) {
      const argv = ['psql', ...psqlArguments(connectionTo(database))];
      const complaints = new Complaints();
      const command = await runner.spawn(argv, {
        ...options,
        env: { ...options.env, PGCLIENTENCODING: 'UTF8' },
        stdin: 'pipe',
        onStderrLine: (line) => {
          complaints.add(line);
        },
      });
      return setUp(openPsqlConnection(command, place, caller, complaints));
    },

    start: (program, _major, database, argumentsFor, more = {}) =>
      runner.spawn([program, ...argumentsFor(connectionTo(database))], { ...options, ...more }),
  };
}
