import { setTimeout as sleep } from 'node:timers/promises';
import { AdapterError } from '../../../activities/ports/adapter-error';
import type { Prober } from '../../../activities/ports/prober';
import type { SimulatedContainer } from './simulated-container';
import type { SimulatedHost } from './simulated-host';
import type { InMemorySwitches } from './switches';

const MAINTENANCE_STATUS = 503;

export interface Answer {
  /** 0 where none comes. */
  readonly status: number;
  /** Of who answers. */
  readonly version?: string;
  readonly maintenance?: string;
}

/** `Prober` on a simulated host: containers by their addresses, published ports by 127.0.0.1. */
export function createInMemoryProber(host: SimulatedHost, switches: InMemorySwitches): Prober {
  return {
    get: async (url, _timeoutMilliseconds, signal) => {
      signal.throwIfAborted();
      if (!URL.canParse(url) || !new URL(url).protocol.startsWith('http')) {
        throw new AdapterError('PreconditionFailed', `${url} is not an HTTP address`);
      }
      const { hostname, port, pathname } = new URL(url);
      const [answer] = answersAt(host, switches, { hostname, port: Number(port), pathname });
      if (answer === undefined || answer.status === 0) {
        return { status: 0, milliseconds: 1, reason: 'connect ECONNREFUSED' };
      }
      await sleep(1, undefined, { signal });
      return { status: answer.status, milliseconds: 1 };
    },
  };
}

export interface Asked {
  readonly hostname: string;
  readonly port: number;
  readonly pathname: string;
}

/** All that a client may get there, each once; nothing where nobody listens. */
export function answersAt(
  host: SimulatedHost,
  switches: InMemorySwitches,
  { hostname, port, pathname }: Asked,
): readonly Answer[] {
  const listening =
    hostname === '127.0.0.1'
      ? host.all().find((one) => one.isRunning && one.published.includes(port))
      : host.at(hostname);
  if (listening === undefined) return [];
  if (listening.labels['pawl.role'] !== 'switch') return [answerOf(host, listening, pathname)];
  const { maintenance, servers } = switches.serving(listening);
  if (maintenance !== undefined) {
    return [{ status: MAINTENANCE_STATUS, maintenance: maintenance.message }];
  }
  if (servers.length === 0) return [{ status: 503 }];
  return servers.map((server) => answerOf(host, server, pathname));
}

function answerOf(host: SimulatedHost, container: SimulatedContainer, pathname: string): Answer {
  const { version = '' } = host.images.byId(container.source.imageId) ?? {};
  return { status: container.status(pathname), version };
}
