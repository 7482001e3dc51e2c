import { Context } from '@temporalio/activity';
import type { Ports } from '../ports/host-ports';
import { toFailure } from '../frame/to-failure';

/**
 * Runs one attempt of an activity of the stack workflow, which has no stack description: it is short, and has neither
 * heartbeats nor a site.
 * Throws: ApplicationFailure (see to-failure.ts)
 */
export async function runBrief<Output>(
  ports: Pick<Ports, 'secrets'>,
  work: () => Promise<Output>,
): Promise<Output> {
  try {
    return await work();
  } catch (error) {
    const { attempt } = Context.current().info;
    throw toFailure(error, attempt, (text) => ports.secrets.redact(text));
  }
}
