import { otherSlot } from '../model/deployment';
import type { PlannedService } from '../model/plans';
import type { ObservedService } from './observed-release';

/** The slot that does not serve; what the other one has been left with is removed where neither does. */
export function slotFor({
  runs,
  active,
  left,
  renewsSwitch = false,
  servesNobody,
}: ObservedService): Required<Pick<PlannedService, 'slot'>> &
  Pick<PlannedService, 'active' | 'clears' | 'renewsSwitch'> {
  if (runs === 'switched' && active !== undefined) {
    // With nobody to keep on the old slot meanwhile, the switch is made anew as the new one gets the requests.
    const renews = renewsSwitch && servesNobody !== true;
    return { slot: otherSlot(active), active, ...(renews ? { renewsSwitch } : {}) };
  }
  const slot = active === undefined ? 'blue' : otherSlot(active);
  const other = otherSlot(slot);
  return { slot, ...(left.includes(other) ? { clears: other } : {}) };
}
