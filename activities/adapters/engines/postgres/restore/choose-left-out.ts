import type { Readable } from 'node:stream';
import type { LeaveOutChoice } from '../../../../../workflows/model/left-out';
import { AdapterError } from '../../../../ports/adapter-error';
import { readHead } from './archive-head';
import { chooseEntries } from './choose-entries';

/**
 * What names mean in an archive, of which only the head is read.
 * Throws: PreconditionFailed (its version is not known) · the stream's own error
 */
export async function chooseLeftOut(
  archive: Readable,
  names: readonly string[],
): Promise<LeaveOutChoice> {
  const chunks = archive[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const { head } = await readHead(chunks);
  if (head !== undefined) return chooseEntries(head, names).choice;
  throw new AdapterError(
    'PreconditionFailed',
    'The archive is damaged, or of a version that this pawl does not know: nothing can be left out of it',
    { advice: 'Upgrade pawl, or restore without --leave-out.' },
  );
}
