import type { RequestOf } from '../../../workflows/catalogue';
import type { RollbackOptions } from '../../../workflows/model/options';
import type { StackDescription } from '../../../workflows/model/stack';
import type { Flags } from '../../command';
import { envelope, readLeaveOut, readRelease, type Sender } from '../../runs/request';
import { usageError } from '../../runs/usage-error';

export function rollbackRequest(
  stack: StackDescription,
  flags: Flags,
  sender: Sender,
): RequestOf<'rollback'> {
  const { to, schema } = flags;
  if (schema !== undefined && schema !== 'keep' && schema !== 'down' && schema !== 'restore') {
    throw usageError(`--schema takes no "${schema}".`, 'It is `keep`, `down` or `restore`.');
  }
  if (flags.leaveOut !== undefined && schema !== 'restore') {
    throw usageError(
      '--leave-out is for data that come back.',
      'Give --schema restore as well, or leave it away.',
    );
  }
  const options: RollbackOptions = {
    ...(to === undefined ? {} : { to: readRelease(to) }),
    ...(schema === undefined ? {} : { schema }),
    ...readLeaveOut(flags),
    // The command has asked for it before the run is started.
    ...(schema === 'restore' ? { confirmation: stack.name } : {}),
  };
  return envelope({ runbook: 'rollback', options }, stack, flags, sender);
}
