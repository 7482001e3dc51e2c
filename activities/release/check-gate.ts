import type { Gate } from '../../workflows/model/deployment';
import type { PinnedImage } from '../../workflows/model/release';
import { AdapterError } from '../ports/adapter-error';
import { untilSeen } from '../ports/until-seen';
import { entryNamed } from '../frame/entry-named';
import type { Attempt } from '../ports/attempt';
import type { HostPorts } from '../ports/host-ports';
import type { Site } from '../ports/site';
import { runStep, type StepInput } from '../frame/run-step';

type HostGate = Exclude<Gate, { kind: 'run' }>;

export interface CheckGateInput extends StepInput {
  /** A gate of kind `run` is a one-off container: see run-one-off.ts. */
  readonly gate: HostGate;
  /** What is to be scanned. */
  readonly images: readonly Omit<PinnedImage, 'id'>[];
}

const AGAIN_MILLISECONDS = 1_000;

/**
 * Checks one gate from the host.
 * Shape:  { gate, images } → one sentence on what was seen
 * Retry:  safe; `http` and `sql` are asked again until their time is over
 * Throws: VerificationFailed (the gate is closed: what was expected, what came)
 */
export const checkGate =
  (ports: HostPorts) =>
  (input: CheckGateInput): Promise<string> =>
    runStep(ports, input, { phase: `gate ${input.gate.kind}` }, async (attempt, site) => {
      const { gate } = input;
      switch (gate.kind) {
        case 'scan':
          return scan(ports, gate, input.images, site, attempt);
        case 'http':
          return untilOpen(gate, attempt, () => askHttp(ports, gate, attempt));
        case 'sql':
          return untilOpen(gate, attempt, () => askSql(ports, input, gate, site, attempt));
      }
    });

/** What came, in words; `open` when it is what was expected. Which gate it is, its step says. */
interface Seen {
  readonly open: boolean;
  readonly what: string;
}

async function untilOpen(
  gate: HostGate,
  attempt: Attempt,
  ask: () => Promise<Seen>,
): Promise<string> {
  const { open, what } = await untilSeen(ask, (seen) => seen.open, {
    everyMilliseconds: AGAIN_MILLISECONDS,
    // The last look is within the time.
    withinMilliseconds: gate.timeoutSeconds * 1000 - AGAIN_MILLISECONDS,
    signal: attempt.signal,
  });
  if (!open) throw new AdapterError('VerificationFailed', `the gate is closed: ${what}`);
  return what;
}

async function askHttp(
  ports: HostPorts,
  { url, expect, timeoutSeconds }: Extract<Gate, { kind: 'http' }>,
  { signal }: Attempt,
): Promise<Seen> {
  const milliseconds = timeoutSeconds * 1000;
  const { status, reason } = await ports.release.prober.get(url, milliseconds, signal);
  const open = status === expect;
  const what = reason ?? `status ${status}`;
  return { open, what: open ? what : `${url} gave ${what}, ${expect} was expected` };
}

async function askSql(
  ports: HostPorts,
  input: CheckGateInput,
  { part, query, expect }: Extract<Gate, { kind: 'sql' }>,
  site: Site,
  attempt: Attempt,
): Promise<Seen> {
  const entry = entryNamed(input.stack, part);
  const value = await ports.release.queries.ask({ site, entry, query, attempt });
  const open = value === expect;
  const what = JSON.stringify(value);
  return {
    open,
    what: open ? what : `\`${query}\` gave ${what}, ${JSON.stringify(expect)} was expected`,
  };
}

async function scan(
  ports: HostPorts,
  { command, timeoutSeconds }: Extract<Gate, { kind: 'scan' }>,
  images: readonly Omit<PinnedImage, 'id'>[],
  site: Site,
  attempt: Attempt,
): Promise<string> {
  const timeout = AbortSignal.timeout(timeoutSeconds * 1000);
  const signal = AbortSignal.any([attempt.signal, timeout]);
  for (const { pinned } of images) {
    const argv = command.map((argument) => argument.replaceAll('{image}', pinned));
    try {
      await ports.release.host.run(argv, { cwd: site.directory, signal });
    } catch (error) {
      attempt.signal.throwIfAborted();
      throw closedBy(error, argv, timeoutSeconds, timeout.aborted);
    }
  }
  return `${images.length} images passed`;
}

/** A scanner that says no has had its say: it is not asked again. */
function closedBy(
  error: unknown,
  argv: readonly string[],
  seconds: number,
  overtime: boolean,
): unknown {
  if (overtime) {
    const message = `the gate is closed: \`${argv.join(' ')}\` did not end within ${seconds} s`;
    return new AdapterError('VerificationFailed', message);
  }
  if (!(error instanceof AdapterError) || error.kind !== 'CommandFailed') return error;
  const message = `the gate is closed: ${error.message}`;
  return new AdapterError('VerificationFailed', message, error.evidence, { cause: error });
}
