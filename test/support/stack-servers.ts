import { startFerretdb, type FerretdbServer } from './ferretdb-server';
import { startPostgres, type PostgresServer } from './postgres-server';

/** The database servers of a suite: each of its stacks has databases of its own on them. */
export interface StackServers {
  readonly postgres: PostgresServer;
  readonly ferretdb: FerretdbServer;
  stop(): Promise<void>;
}

export async function startStackServers(): Promise<StackServers> {
  const postgres = await startPostgres();
  try {
    const ferretdb = await startFerretdb();
    const stop = async (): Promise<void> => {
      await Promise.all([postgres.stop(), ferretdb.stop()]);
    };
    return { postgres, ferretdb, stop };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}
