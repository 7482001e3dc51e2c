import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceContainers } from '../../../activities/ports/service-containers';
import type { SimulatedContainer } from './simulated-container';
import type { SimulatedHost } from './simulated-host';

const LOOK_MILLISECONDS = 20;
const FREE_BYTES = 100 * 1024 ** 3;

/** `ServiceContainers` on a simulated host. */
export function createInMemoryServices(host: SimulatedHost): ServiceContainers {
  /** Whatever is asked of it while it is away, it does not answer. */
  const asked = <Answer>(work: () => Answer): Promise<Answer> =>
    new Promise((resolve) => {
      host.reachEngine();
      resolve(work());
    });
  return {
    ping: () => asked(() => undefined),
    containers: (_site, project, service) =>
      asked(() => host.ofService(project, service).map(({ seen }) => seen)),
    log: (container) =>
      asked(() => {
        const found = host.find(container);
        return (
          found &&
          stamped(found)
            .map(({ at, line }) => `${at} ${line}`)
            .join('\n')
        );
      }),
    lastLines: (container, lines) =>
      asked(() => {
        const found = host.find(container);
        return found === undefined ? '' : linesOf(found).slice(-lines).join('\n');
      }),
    awaitExit: async (name, { signal, onProgress }) => {
      for (;;) {
        host.reachEngine();
        const found = host.find(name);
        if (found === undefined) return undefined;
        if (found.state === 'created') host.start(found);
        if (found.state === 'exited') return outputOf(found);
        onProgress();
        await sleep(LOOK_MILLISECONDS, undefined, { signal }).catch(() => {
          signal.throwIfAborted();
        });
      }
    },
    removeOneOff: (name) =>
      asked(() => {
        removeIfThere(host, name);
      }),
    stop: (id) =>
      asked(() => {
        const found = host.find(id);
        if (found !== undefined) host.stop(found);
      }),
    retire: (id) =>
      asked(() => {
        removeIfThere(host, id);
      }),
    hasVolume: (name) => asked(() => host.volumes.has(name)),
    freeBytes: () => asked(() => FREE_BYTES),
  };
}

function removeIfThere(host: SimulatedHost, container: string): void {
  const found = host.find(container);
  if (found !== undefined) host.remove(found);
}

function outputOf(container: SimulatedContainer) {
  const stdout = container.log.filter(({ isError }) => !isError).map(({ line }) => line);
  return {
    ...{ exitCode: container.exitCode, stdout: stdout.join('\n') },
    output: linesOf(container).join('\n'),
  };
}

/** What it was told in its environment is not in it. */
function linesOf({ log, source: { definition } }: SimulatedContainer): string[] {
  const secrets = Object.values(definition.environment ?? {}).filter(({ length }) => length > 7);
  const redact = (line: string) =>
    secrets.reduce((text, secret) => text.replaceAll(secret, '[redacted]'), line);
  return log.map(({ line }) => redact(line));
}

function stamped(container: SimulatedContainer) {
  const lines = linesOf(container);
  return container.log.map(({ at }, index) => ({
    at: new Date(at).toISOString(),
    line: lines[index] ?? '',
  }));
}
