import type { StackSource } from '../../workflows/model/schedule';
import type { StackDescription } from '../../workflows/model/stack';
import type { Ports } from '../ports/host-ports';
import { runBrief } from './run-brief';

export interface KeepStackFileInput {
  readonly stack: StackDescription;
  /** On the machine of whoever applies it, which may be another than this host. */
  readonly source: StackSource;
}

/**
 * Keeps what the stack file says, and where it is, for the runs that start by themselves.
 * Shape:  { stack, source } → nothing
 * Retry:  safe; writes the same again
 * Throws: CommandFailed (disk)
 */
export const keepStackFile =
  (ports: Pick<Ports, 'stackFiles' | 'secrets'>) =>
  ({ stack, source }: KeepStackFileInput): Promise<void> =>
    runBrief(ports, () =>
      ports.stackFiles.keep({ source, description: stack, keptAt: new Date().toISOString() }),
    );
