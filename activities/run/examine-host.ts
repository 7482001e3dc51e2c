import type { HostFinding } from '../../workflows/model/host-finding';
import type { Drift, ServiceState } from '../../workflows/model/serving';
import type { ProtectEntry } from '../../workflows/model/stack';
import { isOfARun } from '../../workflows/release/drifts';
import { engineFor } from '../frame/engine-for';
import { servingOf } from '../containers/observe-serving';
import { carriedModel } from '../containers/observe-model';
import type { Attempt } from '../ports/attempt';
import type { Ports, HostPorts } from '../ports/host-ports';
import type { Site } from '../ports/site';
import { runStep, type StepInput } from '../frame/run-step';
import { examineCopy } from './examine-copy';
import { finding, findings, ok, warning } from './findings';
import { opened } from './opened';

/** Below this a local repository will not take another backup of anything. */
const LITTLE_SPACE_BYTES = 1024 ** 3;

/**
 * Looks at everything a backup of this stack needs on this host, at the Compose project that a release would be made of, and
 * at what runs of its releases. A fault is a finding, not a failure.
 * Shape:  { stack } → findings: the repository first, then its copies, then each entry of `protect`, then each service of `deploy`
 * Retry:  safe; reads only
 */
export const examineHost =
  (ports: HostPorts) =>
  (input: StepInput): Promise<readonly HostFinding[]> =>
    runStep(ports, input, { phase: 'examine host' }, async (attempt, site) => {
      const engine = examineDocker(ports, input);
      const inDocker = async (
        unseen: readonly HostFinding[],
        look: () => Promise<readonly HostFinding[]>,
      ) => ((await engine).length > 0 ? unseen : look());
      // Whoever is silent keeps nobody else waiting.
      const all = await Promise.all([
        engine,
        examineRepository(ports, site, input, attempt),
        ...(input.stack.copies ?? []).map((copy) =>
          examineCopy(ports, site, { stack: input.stack, copy }, attempt),
        ),
        ...input.stack.protect.map((entry) => {
          const look = () => examineEntry(ports, site, entry, attempt);
          return isInContainer(entry) ? inDocker([unseen(`protect.${entry.name}`)], look) : look();
        }),
        inDocker(unseenReleases(input), () => examineReleases(ports, site, input, attempt)),
      ]);
      return all.flat();
    });

async function examineReleases(
  ports: HostPorts,
  site: Site,
  input: StepInput,
  attempt: Attempt,
): Promise<readonly HostFinding[]> {
  return [
    ...(await examineProject(ports, site, input, attempt)),
    ...(await examineServices(ports, site, input, attempt)),
  ];
}

function unseenReleases({ stack }: StepInput): readonly HostFinding[] {
  return stack.deploy === undefined ? [] : [unseen('deploy')];
}

/** A person waits for the answer. */
const ANSWER_SECONDS = 4;

/** What is wrong with Docker, of which everything else in containers would only say the same. */
async function examineDocker(
  { release }: HostPorts,
  { stack }: StepInput,
): Promise<readonly HostFinding[]> {
  if (stack.deploy === undefined && !stack.protect.some(isInContainer)) return [];
  return findings('docker', async () => {
    await release.services.ping(ANSWER_SECONDS);
    return [];
  });
}

function isInContainer(entry: ProtectEntry): boolean {
  return 'reach' in entry ? 'service' in entry.reach : entry.service !== undefined;
}

function unseen(id: string): HostFinding {
  return warning(id, 'not looked at, since Docker does not answer', 'See `docker` above.');
}

/** Whether it has what `deploy` names, and nothing that a release could not carry. Images are not asked for. */
async function examineProject(
  ports: HostPorts,
  site: Site,
  { stack }: StepInput,
  attempt: Attempt,
): Promise<readonly HostFinding[]> {
  if (stack.deploy === undefined) return [];
  const names = stack.deploy.services.map(({ service }) => service).join(', ');
  return findings('compose', async () => {
    const { name = '' } = await carriedModel(ports.release, site, stack, attempt);
    const fact = `a release can be made of the Compose project ${name}: ${names}`;
    return [ok('compose', fact)];
  });
}

/** What serves, by the current release. */
async function examineServices(
  ports: HostPorts,
  site: Site,
  { stack }: StepInput,
  attempt: Attempt,
): Promise<readonly HostFinding[]> {
  if (stack.deploy === undefined) return [];
  const found = await findings('deploy', async () => {
    const { services, edge } = await servingOf(ports.release, site, stack, attempt);
    return [
      ...services.flatMap((state) => serviceFindings(state)),
      ...(edge === undefined ? [] : [driftFinding('edge', edge)]),
    ];
  });
  return found;
}

function serviceFindings(state: ServiceState): HostFinding[] {
  const id = `deploy.${state.service}`;
  if (state.should === undefined) return [ok(id, 'nothing of it was released yet')];
  if (state.drifts.length > 0) return state.drifts.map((drift) => driftFinding(id, drift));
  return [ok(id, `release ${state.should.release} serves`)];
}

/** What a run brings about itself is none as long as it is at work. */
function driftFinding(id: string, drift: Drift): HostFinding {
  const { fact, way } = drift;
  const severity = isOfARun(drift) ? 'warning' : 'problem';
  return { id, severity, fact, fix: `${way}.` };
}

async function examineRepository(
  ports: Ports,
  site: Site,
  input: StepInput,
  attempt: Attempt,
): Promise<HostFinding[]> {
  const { url, initialise } = input.stack.repository;
  const found = await finding('repository', async () => {
    const probe = await opened(ports, site, input.stack.repository, attempt);
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
    const brief = { ...attempt, answerSeconds: ANSWER_SECONDS };
    const observed = await engineFor(ports, entry).observe({ site, entry, attempt: brief });
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
