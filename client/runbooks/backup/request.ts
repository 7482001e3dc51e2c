import type { RequestOf } from '../../../workflows/catalogue';
import type { BackupOptions } from '../../../workflows/model/options';
import type { StackDescription } from '../../../workflows/model/stack';
import type { Flags } from '../../command';
import { envelope, requireParts, type Sender } from '../../runs/request';

export function backupRequest(
  stack: StackDescription,
  parts: readonly string[],
  flags: Flags,
  sender: Sender,
): RequestOf<'backup'> {
  requireParts(stack, parts);
  const options: BackupOptions = { only: parts, initialise: flags.init ?? false };
  return envelope({ runbook: 'backup', options }, stack, flags, sender);
}
