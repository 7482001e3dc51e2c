import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { formatAddress, type Address } from './common-settings';
import { ConfigError } from './settings';

/** Throws: ConfigError that names the flag when somebody listens there already, or nobody may. Nowhere is always free. */
export async function assertPortFree(flag: string, address: Address | undefined): Promise<void> {
  if (address === undefined) return;
  try {
    await bindOnce(address);
  } catch (error) {
    throw new ConfigError(`${flag}: ${bindFailure(error, address)}`);
  }
}

/** Below those that systems give to outgoing connections, one of which would take it before whoever asked has bound it. */
const QUIET_PORTS = { from: 20_000, below: 32_768 };

/** A port that was free just now on this address. */
export async function freePort(host: string): Promise<number> {
  for (let tried = 0; tried < 20; tried += 1) {
    const port = randomInt(QUIET_PORTS.from, QUIET_PORTS.below);
    try {
      return await bindOnce({ host, port });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
  return bindOnce({ host, port: 0 });
}

/** The end of a sentence: why a socket could not be bound. */
export function bindFailure(error: unknown, address: Address): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const where = formatAddress(address);
  if (code === 'EADDRINUSE') return `${where} is taken by another process`;
  if (code === 'EACCES') return `${where} may not be bound by this user`;
  return `${where} cannot be bound: ${message}`;
}

async function bindOnce({ host, port }: Address): Promise<number> {
  const server = createServer();
  server.listen({ host, port, exclusive: true });
  await once(server, 'listening');
  const bound = (server.address() as AddressInfo).port;
  server.close();
  await once(server, 'close');
  return bound;
}
