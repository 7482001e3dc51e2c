import type { Ports } from '../ports/host-ports';

export interface EndRunInput {
  readonly run: string;
  /** Temporal's id of its first execution. */
  readonly key: string;
  readonly reason: string;
}

/**
 * Terminates a run that cannot go on; its stack workflow is told by the engine. What it has begun on its host ends with the
 * next heartbeat.
 * Retry:  safe; one that has ended is left alone
 */
export const endRun =
  (ports: Pick<Ports, 'runs'>) =>
  ({ run, key, reason }: EndRunInput): Promise<void> =>
    ports.runs.end(run, key, reason);
