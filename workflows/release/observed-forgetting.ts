import type { Maintenance } from '../model/maintenance';
import type { PinnedImage, ReleaseList } from '../model/release';
import type { ServiceState } from '../model/serving';
import type { ObservedService } from './observed-release';

/** What one service of `deploy` is now, for whoever gives it back; the shape of the activity's answer. */
export interface ForgettableService
  extends
    Pick<ServiceState, 'service' | 'inPlace' | 'serves' | 'drifts'>,
    Pick<ObservedService, 'replicas' | 'published' | 'left' | 'followers' | 'unwell'> {
  /** What the Compose file names; `id` is of the image of that name on this host, absent where there is none. */
  readonly image: { readonly reference: string; readonly id?: string };
  /** Of the current release; absent where that has nothing of this service. */
  readonly released?: PinnedImage;
  /** There is a folder of its switch. */
  readonly hasSwitchFile: boolean;
  readonly maintenance?: Maintenance;
}

export interface ObservedForgetting {
  readonly project: string;
  readonly services: readonly ForgettableService[];
  readonly stored: ReleaseList;
  /** What the Compose files say otherwise than the current release, as `diff -u` has it, as YAML, without secrets. */
  readonly lines: readonly string[];
  /** Absolute folder on the host, where the releases are; absent where there is none. */
  readonly folder?: string;
  /** There is an edge. */
  readonly edge: boolean;
}
