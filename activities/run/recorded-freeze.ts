import type { Freeze } from '../../workflows/model/queue';
import type { Ports } from '../ports/host-ports';
import { runBrief } from './run-brief';

/**
 * The freeze that the host keeps of a stack, for a stack workflow that has lost its memory.
 * Shape:  { stack } → Freeze, undefined when there is none
 * Retry:  safe; reads only
 * Throws: InternalError (what is kept cannot be read) · CommandFailed (disk)
 */
export const recordedFreeze =
  (ports: Pick<Ports, 'freezes' | 'secrets'>) =>
  (input: { readonly stack: string }): Promise<Freeze | undefined> =>
    runBrief(ports, () => ports.freezes.of(input.stack));
