import { Connection, isGrpcServiceError, type ConnectionOptions } from '@temporalio/client';
import { diskOfServer } from './server-disk';

const LOOK_MILLISECONDS = 2_000;
/** UNKNOWN, INTERNAL, UNAVAILABLE: it could not do it, whatever was asked. */
const FAILED_CODES: readonly number[] = [2, 13, 14];

const GOES_ON = 'It then continues by itself within seconds, and so do the runs.';

/** What keeps a server that is up from its work, in its own words or, of one on this machine, by a look at its disk. */
export interface Complaint {
  readonly words: string;
  readonly advice: string;
}

export interface Server {
  readonly address: string;
  readonly namespace: string;
  /** Of the command: it tells where a server of this machine has its files. */
  readonly env: Readonly<NodeJS.ProcessEnv>;
}

/**
 * Looks why a call failed as if nobody were there. Undefined when nobody is, and when the server does its work. The
 * client tries again what failed for such a reason, until its time is over: here the first answer is wanted.
 */
export async function complaintOf(
  options: ConnectionOptions,
  { address, namespace, env }: Server,
): Promise<Complaint | undefined> {
  const connection = Connection.lazy({
    ...options,
    connectTimeout: LOOK_MILLISECONDS,
    interceptors: [],
  });
  try {
    await connection.ensureConnected();
    const words = await refusalOf(connection, namespace);
    return words === undefined ? undefined : await explained(words, { address, env });
  } catch {
    // Nobody is there: that is what the caller was told already.
    return undefined;
  } finally {
    await connection.close();
  }
}

/** Of a run that there is not: a server that works says just that. */
async function refusalOf(connection: Connection, namespace: string): Promise<string | undefined> {
  try {
    await connection.withDeadline(Date.now() + LOOK_MILLISECONDS, () =>
      connection.workflowService.describeWorkflowExecution({
        namespace,
        execution: { workflowId: 'pawl-asks-whether-anything-works' },
      }),
    );
    return undefined;
  } catch (error) {
    if (!isGrpcServiceError(error)) throw error;
    return FAILED_CODES.includes(error.code) ? error.details : undefined;
  }
}

async function explained(
  words: string,
  server: Pick<Server, 'address' | 'env'>,
): Promise<Complaint> {
  return (
    (await fullDiskOf(server)) ?? {
      words: `it answers "${words}"`,
      advice: `Its disk may be full, or its database away: its log says which. Fix that. ${GOES_ON}`,
    }
  );
}

/** Undefined when there is room, and of another machine. */
export async function fullDiskOf({
  address,
  env,
}: Pick<Server, 'address' | 'env'>): Promise<Complaint | undefined> {
  const disk = await diskOfServer(address, env);
  if (disk?.isFull !== true) return undefined;
  return {
    words: `the disk of its state directory ${disk.folder} is full`,
    advice: `Free some space there. ${GOES_ON}`,
  };
}
