import type { RequestOf } from '../../../workflows/catalogue';
import type { StackDescription } from '../../../workflows/model/stack';
import type { Flags } from '../../command';
import { envelope, type Sender } from '../../runs/request';

export function retainRequest(
  stack: StackDescription,
  flags: Flags,
  sender: Sender,
): RequestOf<'retain'> {
  const options = { readAll: flags.readAll ?? false };
  return envelope({ runbook: 'retain', options }, stack, flags, sender);
}
