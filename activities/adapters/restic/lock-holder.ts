import { AdapterError } from '../../ports/adapter-error';
import { listLocksArguments, lockArguments } from './arguments';
import { parseLock, type Lock } from './events';

type Run = (call: {
  readonly args: readonly string[];
  readonly attempted: string;
  readonly signal: AbortSignal;
}) => Promise<string>;

/** Reading a lock takes a second, and one name is what a person needs. */
const LOCKS_READ = 3;

/** Who holds a repository, in one sentence. */
export async function describeHolder(
  repository: string,
  signal: AbortSignal,
  run: Run,
): Promise<string> {
  const common = { attempted: `Reading the locks of ${repository}`, signal };
  try {
    const ids = (await run({ args: listLocksArguments(), ...common })).split('\n').filter(Boolean);
    const locks: Lock[] = [];
    for (const id of ids.slice(0, LOCKS_READ)) {
      const lock = parseLock(await run({ args: lockArguments(id), ...common }));
      if (lock !== undefined) locks.push(lock);
    }
    // Only an exclusive lock keeps pawl out.
    const holder = locks.find(({ exclusive }) => exclusive) ?? locks[0];
    return holder === undefined ? 'The lock was freed meanwhile' : sentence(holder);
  } catch (error) {
    // Most likely freed between the list and the look. That it was locked is the failure to tell.
    if (error instanceof AdapterError) return `Its holder cannot be determined (${error.message})`;
    throw error;
  }
}

function sentence({ pid, hostname, username, time, exclusive }: Lock): string {
  const how = exclusive ? 'Held exclusively' : 'Held';
  return `${how} by process ${pid} of ${username} on host ${hostname}, last refreshed ${time}`;
}
