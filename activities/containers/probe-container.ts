import type { ReadyCheck } from '../../workflows/model/deployment';
import type { Attempt } from '../ports/attempt';
import type { ReleasePorts } from '../ports/host-ports';

export interface Probed {
  readonly good: boolean;
  /** `status 503`, or why no answer came. */
  readonly what: string;
}

const PROBE_MILLISECONDS = 5_000;

/** Asks a container's readiness at its own address, past any switch. Good is a status from 200 to 399. */
export async function probeContainer(
  { prober }: ReleasePorts,
  address: string,
  { port, ready }: { readonly port: number; readonly ready: ReadyCheck },
  { signal }: Attempt,
): Promise<Probed> {
  const url = httpUrl(address, port, ready.http);
  const { status, reason } = await prober.get(url, PROBE_MILLISECONDS, signal);
  return { good: status >= 200 && status <= 399, what: reason ?? `status ${status}` };
}

function httpUrl(address: string, port: number, path: string): string {
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}${path}`;
}
