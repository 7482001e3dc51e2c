import { userInfo } from 'node:os';
import type { ServerAddress } from '../../../../../workflows/model/stack';
import {
  connectionParameters,
  PROGRAM_ENVIRONMENT,
  type Access,
  type Caller,
  type Login,
  type PostgresDependencies,
} from './access';
import { CONNECT_TIMEOUT_SECONDS, openPgConnection } from './pg-connection';
import { connectionString } from './quoting';
import { setUp } from './session';

/** SQL over the network, programs on the host. */
export function accessByAddress(
  { hostRunner, findClientProgram }: PostgresDependencies,
  { host, port }: ServerAddress,
  { user = userInfo().username, password }: Login,
  caller: Caller,
): Access {
  const place = `PostgreSQL at ${host}:${port}`;
  return {
    place,
    applicationName: caller.applicationName,

    async connect(database) {
      const config = {
        host,
        port,
        user,
        database,
        application_name: caller.applicationName,
        ...(password !== undefined && { password }),
      };
      const connection = await openPgConnection(config, place, caller);
      return setUp(connection);
    },

    async start(program, major, database, argumentsFor, options = {}) {
      const file = await findClientProgram(program, major);
      const connection = connectionString({
        host,
        port: String(port),
        user,
        ...connectionParameters(database, caller, CONNECT_TIMEOUT_SECONDS),
      });
      return hostRunner.spawn([file, ...argumentsFor(connection)], {
        ...options,
        env: { ...PROGRAM_ENVIRONMENT, ...(password !== undefined && { PGPASSWORD: password }) },
        secrets: password === undefined ? [] : [password],
        signal: caller.signal,
        bulkOutput: program === 'pg_dump',
      });
    },
  };
}
