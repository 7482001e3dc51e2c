import type { HostFinding } from '../../workflows/model/host-finding';
import { AdapterError } from '../ports/adapter-error';

/** Runs one look; what an adapter complains of becomes the finding. Other errors are bugs and pass. */
export async function finding(id: string, look: () => Promise<HostFinding>): Promise<HostFinding> {
  const [found] = await findings(id, async () => [await look()]);
  return found as HostFinding;
}

export async function findings(
  id: string,
  look: () => Promise<HostFinding[]>,
): Promise<HostFinding[]> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error;
    const fix = error.evidence.advice ?? 'See `pawl help troubleshooting`.';
    return [{ id, severity: 'problem', fact: error.message, fix }];
  }
}

export function ok(id: string, fact: string): HostFinding {
  return { id, severity: 'ok', fact };
}

export function warning(id: string, fact: string, fix: string): HostFinding {
  return { id, severity: 'warning', fact, fix };
}
