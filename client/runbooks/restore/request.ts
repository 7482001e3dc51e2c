import type { RequestOf } from '../../../workflows/catalogue';
import type { RestoreOptions } from '../../../workflows/model/options';
import type { StackDescription } from '../../../workflows/model/stack';
import type { Flags } from '../../command';
import { parseTime } from '../../runs/parse-time';
import { envelope, readLeaveOut, requireParts, type Sender } from '../../runs/request';
import { readFrom } from '../../runs/read-from';
import { usageError } from '../../runs/usage-error';

export function restoreRequest(
  stack: StackDescription,
  parts: readonly string[],
  flags: Flags,
  sender: Sender,
): RequestOf<'restore'> {
  requireParts(stack, parts);
  if (flags.into !== undefined && parts.length !== 1) {
    throw usageError('--into takes exactly one part.', 'Name it: `pawl restore PART --into NAME`.');
  }
  if (flags.into === '') {
    throw usageError(
      '--into needs a name.',
      'Write it as `--into NAME`, of a database or a folder.',
    );
  }
  const options: RestoreOptions = {
    point: choosePoint(flags),
    only: parts,
    ...(flags.into === undefined ? {} : { into: flags.into }),
    ...readLeaveOut(flags),
  };
  return envelope({ runbook: 'restore', options }, readFrom(stack, flags), flags, sender);
}

function choosePoint({ point, at }: Flags): RestoreOptions['point'] {
  if (point !== undefined && at !== undefined) {
    throw usageError('--point and --at exclude each other.', 'Leave one out.');
  }
  if (at !== undefined) return { at: parseTime(at) };
  return point === undefined ? { newest: true } : { id: point };
}
