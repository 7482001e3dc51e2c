import { LABELS } from '../../workflows/model/labels';
import { Context } from '@temporalio/activity';
import { AdapterError } from '../ports/adapter-error';
import type { HostPorts } from '../ports/host-ports';
import type { ServiceContainer } from '../ports/service-containers';
import type { Site } from '../ports/site';

/** A run's id, and not that of what keeps slots warm: `melvin/42`. */
const RUN = /^[^/]+\/\d+$/;

/** Keeps what containers of a service wrote, before they go. They are of the run that released them, else of this one. */
export async function keepLogs(
  ports: HostPorts,
  site: Site,
  service: string,
  containers: readonly ServiceContainer[],
): Promise<void> {
  if (containers.length === 0) return;
  const { releases } = await ports.release.releases.list(site.stack);
  for (const { id, name, labels } of containers) {
    const release = releases.find(({ number }) => String(number) === labels[LABELS.release]);
    const log = { container: `${name} ${id.slice(0, 12)}`, step: `start:${service}` };
    await keepLog(ports, site, id, { ...log, ...(release && { run: release.run }) });
  }
}

/**
 * Keeps what one container wrote. Nothing is done otherwise because it cannot be kept: that is told to the worker's own log.
 */
export async function keepLog(
  { release: { services, logs }, secrets }: Pick<HostPorts, 'release' | 'secrets'>,
  site: Site,
  id: string,
  { container, step, run = runOfThis() }: { container: string; step?: string; run?: string },
): Promise<void> {
  if (run === undefined) return;
  try {
    const text = await services.log(id);
    if (text === undefined || text === '') return;
    const of = { run, container, step: step ?? Context.current().info.activityId };
    await logs.keep(site.stack, { ...of, text: secrets.redact(text) });
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error;
    Context.current().log.warn(`The log of ${container} is not kept: ${error.message}`);
  }
}

function runOfThis(): string | undefined {
  const { workflowId = '' } = Context.current().info.workflowExecution ?? {};
  return RUN.test(workflowId) ? workflowId : undefined;
}
