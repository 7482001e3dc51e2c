import { LABELS } from '../../workflows/model/labels';
import { AdapterError } from '../ports/adapter-error';
import type { Attempt } from '../ports/attempt';
import type { HostPorts } from '../ports/host-ports';
import type { Site } from '../ports/site';
import type { RunReference } from '../../workflows/model/run';
import { tagImages } from './tag-images';
import { keepLog } from './keep-log';
import { runStep, type StepInput } from '../frame/run-step';

export interface RunOneOffInput extends StepInput {
  readonly run: RunReference;
  /** The release whose file has the service. */
  readonly release: number;
  /** As the file names it: `worker`, or `api-green`. */
  readonly service: string;
  readonly command: readonly string[];
  /** Unique within the run: `migrate`, `gate-1`. */
  readonly purpose: string;
  readonly timeoutSeconds: number;
}

export interface OneOffEnded {
  /** The last line that it printed on stdout; empty when none. */
  readonly lastLine: string;
  readonly seconds: number;
}

const TOLD_BYTES = 4000;

/**
 * Runs a command in a container of its own, from a release's image and with its service's settings.
 * Shape:  { run, release, service, command, purpose, timeoutSeconds } → { lastLine, seconds }
 * Retry:  safe; the container that an earlier attempt started is found by its name and waited for, not started again
 * Throws: VerificationFailed (non-zero exit, or not ended in time; it is killed) · PreconditionFailed
 */
export const runOneOff =
  (ports: HostPorts) =>
  (input: RunOneOffInput): Promise<OneOffEnded> =>
    runStep(ports, input, { phase: input.purpose }, async (attempt, site) => {
      const begin = performance.now();
      const { exitCode, output, stdout } = await runToEnd(ports, site, input, attempt);
      const seconds = (performance.now() - begin) / 1000;
      if (exitCode !== 0) throw failed(input, `exit code ${exitCode}`, output);
      return { lastLine: stdout.trimEnd().split('\n').at(-1)?.trim() ?? '', seconds };
    });

/** Whatever happens but the death of the worker, the container is gone afterwards. */
async function runToEnd(
  host: HostPorts,
  site: Site,
  input: RunOneOffInput,
  attempt: Attempt,
): Promise<{ exitCode: number; output: string; stdout: string }> {
  const ports = host.release;
  const name = oneOffName(input.stack.name, input.run, input.purpose);
  const timeout = AbortSignal.timeout(input.timeoutSeconds * 1000);
  const signal = AbortSignal.any([attempt.signal, timeout]);
  try {
    const file = await ports.releases.file(input.stack.name, input.release);
    const { service, command } = input;
    await tagImages(ports, input.stack.name, input.release, service);
    const labels = { [LABELS.stack]: input.stack.name, [LABELS.run]: input.run.id };
    await ports.compose.runDetached({
      site,
      file,
      oneOff: { service, command, name, labels },
      attempt,
    });
    const ended = await ports.services.awaitExit(name, { ...attempt, signal });
    if (ended !== undefined) {
      await keepLog(host, site, name, { container: name });
      await ports.services.removeOneOff(name);
      return ended;
    }
    throw new AdapterError('ServiceUnavailable', `container ${name} was removed while it ran`);
  } catch (error) {
    const overtime = timeout.aborted && !attempt.signal.aborted;
    if (overtime || attempt.signal.aborted) {
      await keepLog(host, site, name, { container: name });
      await ports.services.removeOneOff(name);
    }
    if (overtime) throw failed(input, `not ended after ${input.timeoutSeconds} s, killed`, '');
    throw error;
  }
}

/** Named for the run's key: another stack of the name on another server must not find it. */
export function oneOffName(stack: string, { number, key }: RunReference, purpose: string): string {
  return `pawl-${stack}-${number}-${purpose}-${key.slice(-8)}`;
}

/** The command has had its say: its own failure is not mended by another try. */
function failed(
  { command, service, release }: RunOneOffInput,
  why: string,
  output: string,
): AdapterError {
  return new AdapterError(
    'VerificationFailed',
    `\`${command.join(' ')}\` in ${service} of release ${release}: ${why}`,
    output === '' ? {} : { stderrTail: output.slice(-TOLD_BYTES) },
  );
}
