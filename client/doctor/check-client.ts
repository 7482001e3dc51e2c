import type { HostFinding } from '../../workflows/model/host-finding';
import type { StackDescription } from '../../workflows/model/stack';
import { ClientError } from '../client-error';
import type { Invocation } from '../command';
import { loadStack } from '../stack';
import { askWorker, type Question } from '../temporal/ask-worker';
import { refuseFullDisk } from '../temporal/refuse-full-disk';
import { requireWorker } from '../temporal/require-worker';
import { clocksApart } from '../temporal/server-clock';
import { stuckAdvice } from '../temporal/judge-stuck';
import { listStuck } from '../temporal/stuck-runs';
import { listUntold } from '../temporal/untold';
import { describeUntold, untoldAdvice } from '../render/untold';
import { listWorkers } from '../temporal/workers';
import { differing } from '../status/differing-versions';
import { pawlPackage } from '../version';
import { withSession } from '../temporal/session';
import type { Session } from '../temporal/session';

const NEEDED_NODE = [20, 19] as const;
const UI_MILLISECONDS = 2_000;

/** Behind each of them nobody can look; `worker`: not even for that. */
const IN_THE_WAY = [
  { id: 'stack-file', words: 'without a stack file in order', worker: true },
  { id: 'temporal-server', words: 'without a Temporal server', worker: true },
  { id: 'namespace', words: 'without the namespace', worker: true },
  { id: 'worker', words: 'without its worker', worker: false },
];

/** From here outwards: this machine, the stack file, the server, the worker, and what the worker sees on its host. */
export async function checkClient(invocation: Invocation): Promise<HostFinding[]> {
  const findings = [checkNode(process.versions.node)];
  const stack = await attempt(findings, 'stack-file', async () => {
    const loaded = await loadStack(invocation.globals);
    return { value: loaded, fact: `The stack file of ${loaded.name} is in order.` };
  });
  await attempt(findings, 'temporal-server', () =>
    withSession(invocation, async (told) => {
      // A finding says it.
      const session = { ...told, note: () => undefined };
      findings.push(reached(session), await checkUi(session));
      const namespace = await attempt(findings, 'namespace', () => checkNamespace(session));
      if (namespace)
        findings.push(await checkClock(session), ...(await checkVersions(session, stack)));
      if (stack && namespace) findings.push(...(await checkRuns(session, stack.name)));
      if (stack && namespace) await checkHost(session, invocation, stack, findings);
      return {};
    }),
  );
  return [...findings, ...notLookedAt(findings)];
}

/** What stood in the way is told already; all that is behind it was not looked at. */
export function notLookedAt(findings: readonly HostFinding[]): HostFinding[] {
  const inTheWay = IN_THE_WAY.find(({ id }) =>
    findings.some((finding) => finding.id === id && finding.severity === 'problem'),
  );
  if (inTheWay === undefined) return [];
  const fact = `Not looked at, ${inTheWay.words}: ${inTheWay.worker ? 'the worker of its host, ' : ''}the repository, \`protect\` and \`deploy\`.`;
  return [{ id: 'host', severity: 'warning', fact, fix: 'Mend that first; then ask again.' }];
}

export function checkNode(version: string): HostFinding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [neededMajor, neededMinor] = NEEDED_NODE;
  const enough = major > neededMajor || (major === neededMajor && minor >= neededMinor);
  const fact = `Node.js ${version} on this machine`;
  if (enough) return { id: 'node-version', severity: 'ok', fact: `${fact}.` };
  const needed = NEEDED_NODE.join('.');
  return {
    id: 'node-version',
    severity: 'problem',
    fact: `${fact} is older than ${needed}.`,
    fix: 'Install Node.js 22 or 24.',
  };
}

async function checkHost(
  session: Session,
  { output }: Invocation,
  stack: StackDescription,
  findings: HostFinding[],
): Promise<void> {
  const worker = await attempt(findings, 'worker', async () => {
    await requireWorker(session, stack.host);
    return { value: true, fact: `A worker of host "${stack.host}" is connected.` };
  });
  if (!worker) return;
  await attempt(findings, 'host', async () => {
    const question: Question = { stack, type: 'examine', prefix: 'examine', input: { stack } };
    findings.push(...(await askWorker<HostFinding[]>(session, output, question)));
    return {};
  });
}

function reached({ address }: Session): HostFinding {
  const fact = `The Temporal server at ${address} answers.`;
  return { id: 'temporal-server', severity: 'ok', fact };
}

async function checkNamespace(session: Session) {
  const { client, namespace, call } = session;
  await refuseFullDisk(session);
  await call(() => client.workflowService.describeNamespace({ namespace }));
  return { value: true, fact: `It has the namespace "${namespace}".` };
}

/** Only a warning: workers are found by the server's clock. */
async function checkClock(session: Session): Promise<HostFinding> {
  const apart = await clocksApart(session);
  if (apart === undefined) {
    const fact = "This machine's clock and the server's agree.";
    return { id: 'clock', severity: 'ok', fact };
  }
  return { id: 'clock', severity: 'warning', fact: `The ${apart.both}.`, fix: apart.advice };
}

/** Hosts cannot be upgraded at one instant: a warning for as long as it lasts. */
async function checkVersions(
  session: Session,
  stack: StackDescription | undefined,
): Promise<HostFinding[]> {
  const { version } = pawlPackage();
  const { hosts } = await listWorkers(session, stack === undefined ? [] : [stack.host]);
  const facts = differing(version, hosts);
  if (hosts.length > 0 && facts.length === 0) {
    return [
      { id: 'versions', severity: 'ok', fact: `All workers are pawl ${version}, as this is.` },
    ];
  }
  const fix = 'Install one version on every host: `pawl help upgrading`.';
  return facts.map((fact) => ({ id: 'versions', severity: 'warning', fact: `${fact}.`, fix }));
}

async function checkRuns(session: Session, stack: string): Promise<HostFinding[]> {
  const [stuck, untold] = await Promise.all([
    listStuck(session, stack),
    listUntold(session, stack, Date.now()),
  ]);
  return [
    ...stuck.map((one): HostFinding => ({
      ...{ id: 'runs', severity: 'problem', fix: stuckAdvice(one) },
      fact: `${one.run} (${one.runbook}) cannot go on: ${one.reason}.`,
    })),
    ...untold.map((one): HostFinding => ({
      ...{ id: 'notify', severity: 'problem', fix: untoldAdvice(one) },
      fact: `Not told: ${describeUntold(one)}.`,
    })),
  ];
}

/** Nice to have: only a warning. */
async function checkUi({ ui }: Session): Promise<HostFinding> {
  try {
    await fetch(ui, { method: 'HEAD', signal: AbortSignal.timeout(UI_MILLISECONDS) });
    return { id: 'temporal-ui', severity: 'ok', fact: `Temporal's web pages are at ${ui}.` };
  } catch {
    return {
      id: 'temporal-ui',
      severity: 'warning',
      fact: `Nothing answers at ${ui}, where Temporal's web pages are expected.`,
      fix: 'Set PAWL_UI_URL to their address; links that pawl prints point there.',
    };
  }
}

/** Of a file that cannot be found, say, there is none. */
function hasPlaces(error: Error): boolean {
  const { problems = [] } = error as { readonly problems?: readonly { readonly line?: number }[] };
  return problems.some(({ line }) => line !== undefined);
}

/** What a check throws in words is its finding; a defect of ours is thrown on. */
async function attempt<Value>(
  findings: HostFinding[],
  id: string,
  check: () => Promise<{ value?: Value; fact?: string }>,
): Promise<Value | undefined> {
  try {
    const { value, fact } = await check();
    if (fact !== undefined) findings.push({ id, severity: 'ok', fact });
    return value;
  } catch (error) {
    if (error instanceof ClientError) {
      const { message, advice } = error;
      findings.push({ id, severity: 'problem', fact: message, ...(advice ? { fix: advice } : {}) });
    } else if (error instanceof Error && error.name === 'StackFileError') {
      const fix = hasPlaces(error)
        ? '`pawl config validate` shows each place.'
        : '`pawl help stack-file` says how it is found and written.';
      findings.push({ id, severity: 'problem', fact: error.message, fix });
    } else throw error;
    return undefined;
  }
}
