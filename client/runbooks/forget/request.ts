import type { RequestOf } from '../../../workflows/catalogue';
import type { StackDescription } from '../../../workflows/model/stack';
import type { Flags } from '../../command';
import { envelope, type Sender } from '../../runs/request';

export function forgetRequest(
  stack: StackDescription,
  flags: Flags,
  sender: Sender,
): RequestOf<'forget'> {
  return envelope({ runbook: 'forget', options: {} }, stack, flags, sender);
}
