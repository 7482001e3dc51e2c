import type { HostFinding } from '../workflows/model/host-finding';
import type { ProtectEntry } from '../workflows/model/stack';
import { AdapterError } from './adapter-error';
import { engineFor } from './engine-for';
import type { Attempt, Ports, Site } from './ports';
import { runStep, type StepInput } from './run-step';

/** Below this a local repository will not take another backup of anything. */
const LITTLE_SPACE_BYTES = 1024 ** 3;

/**
 * Looks at everything a backup of this stack needs on this host. A fault is a finding, not a failure.
 * Shape:  { stack } → findings: the repository first, then each entry of `protect`
 * Retry:  safe; reads only
 */
export const examineHost =
  (ports: Ports) =>
  (input: StepInput): Promise<readonly HostFinding[]> =>
    runStep(ports, input, { phase: 'examine host' }, async (attempt, site) => {
      const entries = input.stack.protect.map((entry) => examineEntry(ports, site, entry, attempt));
      return [
        ...(await examineRepository(ports, site, input, attempt)),
        ...(await Promise.all(entries)).flat(),
      ];
    });

async function examineRepository(
  ports: Ports,
  site: Site,
  input: StepInput,
  attempt: Attempt,
): Promise<HostFinding[]> {
  const { url, initialise } = input.stack.repository;
  const found = await finding('repository', async () => {
    const probe = await ports.openRepository(site, input.stack.repository).probe(attempt);
    if (probe.state === 'absent' && !initialise) {
      return warning(
        'repository',
        `no repository at ${url} yet (${probe.program})`,
        'pawl backup --init',
      );
    }
    if (probe.freeBytes !== undefined && probe.freeBytes < LITTLE_SPACE_BYTES) {
      return warning(
        'repository',
        `the disk of ${url} has ${probe.freeBytes} bytes free`,
        'Free some space there.',
      );
    }
    return ok(
      'repository',
      `${url} is ${probe.state === 'ready' ? 'ready' : 'absent and will be created'} (${probe.program})`,
    );
  });
  return [found];
}

async function examineEntry(
  ports: Ports,
  site: Site,
  entry: ProtectEntry,
  attempt: Attempt,
): Promise<HostFinding[]> {
  const id = `protect.${entry.name}`;
  const notes: HostFinding[] = [];
  const found = await finding(id, async () => {
    const observed = await engineFor(ports, entry).observe(site, entry, attempt);
    for (const { part, skip } of observed.parts) {
      if (skip !== undefined)
        notes.push(
          warning(id, `${part.name} will be left out: ${skip}`, 'See `pawl help stack-file`.'),
        );
    }
    return ok(id, `${observed.version}, parts: ${observed.parts.length}`);
  });
  return [found, ...notes];
}

/** Runs one look; what an adapter complains of becomes the finding. Other errors are bugs and pass. */
async function finding(id: string, look: () => Promise<HostFinding>): Promise<HostFinding> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error;
    const fix = error.evidence.advice ?? 'See `pawl help troubleshooting`.';
    return { id, severity: 'problem', fact: error.message, fix };
  }
}

function ok(id: string, fact: string): HostFinding {
  return { id, severity: 'ok', fact };
}

function warning(id: string, fact: string, fix: string): HostFinding {
  return { id, severity: 'warning', fact, fix };
}
