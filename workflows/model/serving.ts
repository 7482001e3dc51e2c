import type { Slot } from './deployment';
import type { Maintenance } from './maintenance';
import type { ReleaseList } from './release';

/** Who has a service's name and ports in its Compose project. */
export type InPlace =
  /** pawl's HAProxy, and it runs. */
  | 'switch'
  /** A single instance that pawl made, and it runs. */
  | 'release'
  /** Made by `docker compose` itself from the project's own file: by `up`, or by `run` of what depends on it. */
  | 'compose'
  /** Made by pawl for another stack. */
  | 'other-stack'
  /** Containers are there, and none runs. */
  | 'stopped'
  | 'nothing';

export type DriftKind =
  | 'compose-in-place'
  | 'other-stack'
  | 'stopped'
  | 'missing'
  | 'no-slot-serves'
  | 'slot-down'
  | 'slot-incomplete'
  /** Frozen by `docker pause`. */
  | 'paused'
  /** It runs, and is on no network. */
  | 'cut-off'
  /** It runs, and its switch sends nothing to it: its check fails, or its name has no address there. */
  | 'unreached'
  | 'unhealthy'
  | 'other-release'
  | 'other-image'
  | 'two-releases';

/** Docker's own words. */
export type Health = 'starting' | 'healthy' | 'unhealthy';

/** What runs is not what should. */
export interface Drift {
  readonly kind: DriftKind;
  /** One sentence, without its full stop: what is so now. */
  readonly fact: string;
  /** A command that puts it right in this very state, in a sentence without its full stop. */
  readonly way: string;
}

/** Containers that get requests of users. */
export interface ServingContainers {
  readonly slot?: Slot;
  /** Of the containers' own label; absent where plain Compose made them. */
  readonly release?: number;
  /** In per cent of the requests. */
  readonly share: number;
  readonly running: number;
  /** Of the least well of them, by its own health check; absent where none has one. */
  readonly health?: Health;
  /** Image id of what runs. */
  readonly image?: string;
}

/** What should run of a service, and what does. */
export interface ServiceState {
  readonly service: string;
  /** By the current release; absent where there is none, or it has nothing of this service. */
  readonly should?: {
    readonly release: number;
    /** `compose`: the release is the record of what plain Compose ran. */
    readonly by: 'switch' | 'release' | 'compose';
    readonly slot?: Slot;
  };
  readonly inPlace: InPlace;
  /** Who answers users now: nobody when empty. */
  readonly serves: readonly ServingContainers[];
  /** The gravest first; empty when all is as it should be. */
  readonly drifts: readonly Drift[];
  /** What the switch's file says; users get the page only while `inPlace` is `switch`. */
  readonly maintenance?: Maintenance;
}

/** Of a whole stack. */
export interface Serving {
  readonly services: readonly ServiceState[];
  /** What is wrong with the edge; absent when nothing is, and where there is none. */
  readonly edge?: Drift;
}

/** What a host says of its releases: those it keeps, and what serves, or why that is not known. */
export type ReleasesNow = ReleaseList & {
  readonly serving?: Serving;
  /** In a sentence without its full stop; present where `serving` is absent. */
  readonly servingUnknown?: string;
};
