import type { KeptLog } from '../../workflows/model/kept-log';
import type { HostPorts } from '../ports/host-ports';
import { runStep, type StepInput } from '../frame/run-step';

export interface ReadKeptLogsInput extends StepInput {
  /** `melvin/42`. */
  readonly of: string;
  /** Id of a step: its containers alone. */
  readonly step?: string;
}

/** Temporal takes no payload above 2 MiB; a character may be several bytes, in JSON too. */
const MOST_CHARACTERS = 600_000;

/**
 * What containers of a run wrote, of those that are gone; the end of each, where it is too much for one answer.
 * Retry:  safe; reads only
 */
export const readKeptLogs =
  (ports: HostPorts) =>
  (input: ReadKeptLogsInput): Promise<readonly KeptLog[]> =>
    runStep(ports, input, { phase: 'read logs' }, async () => {
      const kept = await ports.release.logs.list(input.stack.name, input.of);
      const wanted = kept.filter(({ step }) => input.step === undefined || step === input.step);
      const each = Math.floor(MOST_CHARACTERS / Math.max(1, wanted.length));
      return wanted.map((log) => ({ ...log, text: endOf(log.text, each) }));
    });

/** From the start of a line. */
function endOf(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const end = text.slice(-characters);
  return end.slice(end.indexOf('\n') + 1);
}
