import {
  EDGE_CANDIDATE,
  EDGE_CONFIGURATION,
  EDGE_MOUNT,
  EDGE_SERVICE,
  EDGE_SOCKET,
} from '../../../workflows/model/edge';
import { AdapterError } from '../../ports/adapter-error';
import type { Attempt } from '../../ports/attempt';
import type { Caddy } from '../../ports/caddy';
import type { Compose } from '../../ports/compose';
import type { Containers } from '../../ports/containers';
import type { ServiceContainers } from '../../ports/service-containers';
import type { Site } from '../../ports/site';
import { readCertificates } from './certificates';

export interface CaddyOptions {
  readonly compose: Compose;
  readonly services: ServiceContainers;
  readonly containers: Containers;
}

/** Loads all that the configuration names, certificates too, and starts none of it. Source: `caddy help validate` */
const VALIDATE = ['validate', '--config', `${EDGE_MOUNT}/${EDGE_CANDIDATE}`];

/** Forced: a certificate that was renewed has a new content under the same name. Source: `caddy help reload` */
const RELOAD = [
  ...['caddy', 'reload', '--force', '--config', `${EDGE_MOUNT}/${EDGE_CONFIGURATION}`],
  ...['--address', `unix/${EDGE_SOCKET}`],
];

/** `Caddy` by its own program: in a container of its image, or beside the process that serves. */
export function createCaddy({ compose, services, containers }: CaddyOptions): Caddy {
  return {
    certificates: readCertificates,
    validate: async ({ container: name, ...on }) => {
      // What an attempt that died has left looked at another candidate, perhaps.
      await services.removeOneOff(name);
      try {
        const oneOff = { service: EDGE_SERVICE, command: VALIDATE, name, labels: {} };
        await compose.runDetached({ ...on, oneOff });
        const ended = await services.awaitExit(name, on.attempt);
        if (ended?.exitCode === 0) return 'valid';
        return isTooNew(ended?.output ?? '') ? 'too-new' : refused(ended?.output);
      } finally {
        await services.removeOneOff(name);
      }
    },
    reload: (site, attempt) => reload(containers, site, attempt),
  };
}

function isTooNew(output: string): boolean {
  return /unknown field \\?"stream_close_delay\\?"/.test(output);
}

/** A container without an end was removed by somebody: that says nothing of what it looked at. */
function refused(output: string | undefined): never {
  if (output === undefined) {
    const text = 'The container in which Caddy looked at its configuration was removed meanwhile';
    throw new AdapterError('ServiceUnavailable', text);
  }
  throw new AdapterError(
    'PreconditionFailed',
    `Caddy refuses the configuration of the edge, which is not used: ${reasonIn(output)}`,
    { advice: 'Its message names the site or the file; correct `edge` in the stack file.' },
  );
}

async function reload(containers: Containers, site: Site, { signal }: Attempt): Promise<void> {
  const runner = await containers.runner(site, EDGE_SERVICE);
  try {
    await runner.run(RELOAD, { signal });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof AdapterError) || error.kind !== 'CommandFailed') throw error;
    const { stderrTail = '' } = error.evidence;
    // Its socket comes a moment after the process.
    if (/dial unix/.test(stderrTail)) {
      throw new AdapterError('ServiceUnavailable', 'Caddy does not answer yet', error.evidence);
    }
    const text = `Caddy refuses its changed sites and goes on with the former: ${reasonIn(stderrTail)}`;
    throw new AdapterError('CommandFailed', text, error.evidence);
  }
}

/** The last thing that it says; before it comes what it does, line by line. */
function reasonIn(output: string): string {
  const lines = output.trimEnd().split('\n');
  return (lines.at(-1) ?? '').replace(/^Error: /, '').slice(-1500) || 'it gives no reason';
}
