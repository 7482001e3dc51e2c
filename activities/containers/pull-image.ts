import type { HostPorts } from '../ports/host-ports';
import { runStep, type StepInput } from '../frame/run-step';

export interface PullImageInput extends StepInput {
  readonly pinned: string;
}

/**
 * Makes an image present on this host, before anything is touched.
 * Shape:  { stack, pinned } → { id }
 * Retry:  safe; layers that are there are not fetched again. Heartbeats { bytesDone }
 * Throws: CredentialsRejected · ServiceUnavailable (registry or engine away) · CommandFailed (disk full)
 */
export const pullImage =
  (ports: HostPorts) =>
  (input: PullImageInput): Promise<{ readonly id: string }> =>
    runStep(ports, input, { phase: `pull ${input.pinned}`, watchStall: true }, (attempt) =>
      ports.release.images.pull(input.pinned, attempt),
    );
