import type { RequestOf } from '../../../workflows/catalogue';
import type { DrillOptions } from '../../../workflows/model/drill';
import type { StackDescription } from '../../../workflows/model/stack';
import type { Flags } from '../../command';
import { envelope, requireParts, type Sender } from '../../runs/request';

const CHOICES = ['newest', 'oldest', 'random'] as const;

export function drillRequest(
  stack: StackDescription,
  flags: Flags,
  sender: Sender,
): RequestOf<'drill'> {
  const { part = [] } = flags;
  requireParts(stack, part);
  const options: DrillOptions = { point: choosePoint(flags), only: [...new Set(part)] };
  return envelope({ runbook: 'drill', options }, stack, flags, sender);
}

function choosePoint({ point = 'newest' }: Flags): DrillOptions['point'] {
  const choice = CHOICES.find((one) => one === point);
  return choice === undefined ? { id: point } : { choice };
}
