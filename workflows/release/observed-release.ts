import type { Slot } from '../model/deployment';
import type { EdgeChange } from '../model/edge';
import type { PinnedImage, ReleaseList } from '../model/release';
import type { Drift } from '../model/serving';
import type { ObservedVolumes } from './lost-volumes';

/** An image that a release would use. */
export type ObservedImage = Omit<PinnedImage, 'id'>;

/** What one service of `deploy` is now; the shape of the activity's answer. */
export interface ObservedService {
  readonly service: string;
  readonly image: ObservedImage;
  /** Present where this run builds it. `named`: the Compose file says what the image is called. */
  readonly builds?: { readonly named: boolean };
  readonly dependsOn: readonly string[];
  /** Containers that it should have. */
  readonly replicas: number;
  /**
   * `nothing`: no container runs · `plain`: made by Compose itself · `switched`: behind a switch · `released`: made by
   * pawl, one instance.
   */
  readonly runs: 'nothing' | 'plain' | 'switched' | 'released';
  /** Release of each slot whose containers all run. */
  readonly warm: Readonly<Partial<Record<Slot, number>>>;
  /** Slots that have containers, whether they run or not. */
  readonly left: readonly Slot[];
  /** Gets the requests now. */
  readonly active?: Slot;
  /** Its containers that run. */
  readonly serving?: number;
  /** The switch sends nothing to it: it does not run, fails the switch's check, or is not found. */
  readonly servesNobody?: true;
  /** The switch that runs is another than the release has (its image, ports, networks, …): it is made anew. */
  readonly renewsSwitch?: boolean;
  /** Image id of what runs now. */
  readonly runningImage?: string;
  /** The switch that runs has another port or health check than the stack file. */
  readonly resteers?: true;
  /** What of it is not as the current release has it; absent when all is, or nothing was released. */
  readonly drifts?: readonly Drift[];
  /** Published ports, such as `8000`. */
  readonly published: readonly string[];
  /** Ports of the container that Docker publishes where it likes, or anywhere in a range such as `3000-3010`. */
  readonly anywhere?: readonly { readonly target: number; readonly range?: string }[];
  /** What plain Compose runs now exposes: `8000/tcp`. */
  readonly exposed?: readonly string[];
  /** Absent where neither is known: of an image that is not built yet. */
  readonly volumes?: ObservedVolumes;
  /** Of one that is recreated: what runs and shares a namespace or volumes with it, and is recreated with it. */
  readonly followers?: readonly Follower[];
  /** How far from well what runs now is; absent where it is well, as far as anybody asks. */
  readonly unwell?: 'not-ready' | 'not-running';
}

export interface ObservedRelease {
  readonly project: string;
  readonly services: readonly ObservedService[];
  /** Present when a service is switched. */
  readonly switchImage?: ObservedImage;
  /** Present when images are to be pulled. */
  readonly disk?: ObservedDisk;
  /** Present when something is to be done to the edge. */
  readonly edge?: ObservedEdge;
  readonly stored: ReleaseList;
  /** What is different from the current release; absent where there is none that can be compared. */
  readonly changes?: ObservedChanges;
  /** Images of the release that comes back which are not on this host. `gone`: no registry has them either. */
  readonly missing?: readonly MissingImage[];
  /** Of services outside `deploy`: not running, in sentences. */
  readonly notes: readonly string[];
}

/** `hasImage`: what it would be recreated from is on this host. */
export interface Follower {
  readonly service: string;
  readonly hasImage: boolean;
}

export interface MissingImage {
  readonly service: string;
  readonly pinned: string;
  readonly gone: boolean;
  /** With `gone`. */
  readonly reason?: string;
}

/** `image`: what it is to be; absent when it is to be removed. */
export interface ObservedEdge {
  readonly change: EdgeChange;
  readonly image?: ObservedImage;
}

export interface ObservedDisk {
  /** Octets that are to be fetched, compressed; absent when a registry does not tell. */
  readonly fetchedBytes?: number;
  /** Octets that are free where the engine keeps its images; absent when this host does not see it. */
  readonly freeBytes?: number;
}

export interface ObservedChanges {
  /** Of the released services in the Compose files, as `diff -u` has them, as YAML, without secrets. */
  readonly lines: readonly string[];
  /**
   * Services whose containers would be made of something else, by Compose's own rule: their definition or their image, and
   * what variables and env files stand for now.
   */
  readonly anew: readonly string[];
}
