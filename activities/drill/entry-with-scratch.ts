import { scratchKindOf, type ScratchKind } from '../../workflows/model/scratch';
import type { ProtectEntry, StackDescription } from '../../workflows/model/stack';
import { AdapterError } from '../ports/adapter-error';
import type { Ports } from '../ports/host-ports';
import type { ScratchPlaces } from '../ports/scratch';

/** An entry of `protect` with the kind of places that it is drilled in. Throws: PreconditionFailed where there is none */
export function entryWithScratch(
  { scratch }: Pick<Ports, 'scratch'>,
  { stack, entry: name }: { readonly stack: StackDescription; readonly entry: string },
): { readonly entry: ProtectEntry; readonly kind: ScratchKind; readonly places: ScratchPlaces } {
  const entry = stack.protect.find((one) => one.name === name);
  const kind = entry && scratchKindOf(entry);
  if (entry !== undefined && kind !== undefined) return { entry, kind, places: scratch[kind] };
  throw new AdapterError('PreconditionFailed', `there is no scratch place for the entry ${name}`);
}
