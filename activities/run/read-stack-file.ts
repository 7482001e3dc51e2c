import type { StackDescription } from '../../workflows/model/stack';
import { AdapterError } from '../ports/adapter-error';
import type { Ports } from '../ports/host-ports';
import type { KeptStackFile } from '../ports/stack-files';
import { runBrief } from './run-brief';

interface ReadStackFileInput {
  /** Its name. */
  readonly stack: string;
  readonly host: string;
}

/** The stack file as it was when a scheduled run began. */
interface ScheduledStack {
  /** Absent where the host has never seen a valid one. */
  readonly description?: StackDescription;
  /** Why it is not what the file says now, in a sentence; absent when it is. */
  readonly remark?: string;
}

/**
 * Reads the stack file on its host, as it is now; where it cannot be used, the last valid one, and why. What is valid is kept.
 * Shape:  { stack, host } → { description?, remark? }
 * Retry:  safe; reads again
 * Throws: InternalError (what is kept cannot be read) · CommandFailed (disk)
 */
export const readStackFile =
  (ports: Pick<Ports, 'stackFiles' | 'secrets'>) =>
  (input: ReadStackFileInput): Promise<ScheduledStack> =>
    runBrief(ports, async () => {
      const kept = await ports.stackFiles.kept(input.stack);
      if (kept === undefined) return {};
      const seen = await look(ports, input, kept);
      if ('remark' in seen) return { description: kept.description, ...seen };
      await ports.stackFiles.keep(seen);
      return { description: seen.description };
    });

async function look(
  { stackFiles }: Pick<Ports, 'stackFiles'>,
  { stack, host }: ReadStackFileInput,
  { source, keptAt }: KeptStackFile,
): Promise<KeptStackFile | { readonly remark: string }> {
  const instead = `what it said at ${keptAt} was used`;
  if (source === undefined) return { remark: `no stack file on this host; ${instead}` };
  const { file } = source;
  try {
    const description = await stackFiles.read(source);
    if (description === undefined) return { remark: `${file} is not on this host; ${instead}` };
    if (description.name !== stack || description.host !== host) {
      return { remark: `${file} is of ${named(description)} now; ${instead}` };
    }
    return { source, description, keptAt: new Date().toISOString() };
  } catch (error) {
    if (!(error instanceof AdapterError) || error.kind !== 'PreconditionFailed') throw error;
    return { remark: `${file} is not valid: ${error.message}; ${instead}` };
  }
}

function named({ name, host }: { readonly name: string; readonly host: string }): string {
  return `stack ${name} on host ${host}`;
}
