import type { Invocation } from '../../command';
import { turnMaintenance } from './turn-maintenance';

export function run(invocation: Invocation): Promise<number> {
  return turnMaintenance(invocation, 'on');
}
