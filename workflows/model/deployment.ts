/** What the stack file says about releasing: normalised, every default filled in. */

export const SLOTS = ['blue', 'green'] as const;

/** One of the two places behind a switch. */
export type Slot = (typeof SLOTS)[number];

export function otherSlot(slot: Slot): Slot {
  return slot === 'blue' ? 'green' : 'blue';
}

/** The Compose service of a slot: `api-blue`. */
export function slotService(service: string, slot: Slot): string {
  return `${service}-${slot}`;
}

/** Passes when so many answers in a row have a status from 200 to 399. */
export interface ReadyCheck {
  /** Path of an HTTP GET, such as `/healthz`. */
  readonly http: string;
  readonly consecutive: number;
  /** From the start of the container, its own health check included. Absent: a minute, or as long as that may need. */
  readonly timeoutSeconds?: number;
}

export interface CanaryPolicy {
  /** Share of the new slot at each step, in per cent of the requests: from 1 to 99, growing. None where it is rolled. */
  readonly steps: readonly number[];
  readonly pauseSeconds: number;
  /** Per cent of the new slot's responses that may be errors. */
  readonly maxErrorRate: number;
  /** How many times the old slot's response time the new one's may be. */
  readonly maxSlowdown: number;
  /** Fewer answers of the new slot to users are no basis for a judgement; pawl's own probes are judged by themselves. */
  readonly minRequests: number;
}

/** Two slots behind a switch: no request is dropped. */
export interface SwitchDeployment {
  readonly service: string;
  /** `switch`: a whole slot beside the other. `rolling`: one container more, then one less, until all are replaced. */
  readonly strategy: 'switch' | 'rolling';
  /** The service's own port, where the switch sends requests; the switch listens on the same. */
  readonly port: number;
  readonly ready: ReadyCheck;
  readonly canary?: CanaryPolicy;
  /** Longest wait for requests in flight after the cutover. */
  readonly drainSeconds: number;
  /** How long the old slot stays warm after it; 0 where it is rolled, for nothing is left of it. */
  readonly keepOldSeconds: number;
  /** How long after the cutover errors of the new slot undo the release; 0 = not watched. */
  readonly watchSeconds: number;
}

/** One instance only: stopped, then started from the new image. */
export interface RecreateDeployment {
  readonly service: string;
  readonly strategy: 'recreate';
  /** Present with `ready`. */
  readonly port?: number;
  readonly ready?: ReadyCheck;
  /** As `ready.timeoutSeconds`, where nothing is asked for. */
  readonly timeoutSeconds?: number;
  /** Grace between SIGTERM and SIGKILL. Absent: what the Compose file says. */
  readonly stopSeconds?: number;
}

export type Deployment = SwitchDeployment | RecreateDeployment;

export type Strategy = Deployment['strategy'];

export function hasSwitch(deployment: Deployment): deployment is SwitchDeployment {
  return deployment.strategy !== 'recreate';
}

/** A check that must pass before the run goes on. */
export type Gate =
  /** A command in a one-off container of the new image; passes with exit code 0. */
  | {
      readonly kind: 'run';
      readonly service: string;
      readonly command: readonly string[];
      readonly timeoutSeconds: number;
    }
  /** A program on the host, once for each new image in place of `{image}`; passes with exit code 0. */
  | {
      readonly kind: 'scan';
      readonly command: readonly string[];
      readonly timeoutSeconds: number;
    }
  | {
      readonly kind: 'http';
      readonly url: string;
      /** The status of the answer. */
      readonly expect: number;
      readonly timeoutSeconds: number;
    }
  /** A query that answers with one value. */
  | {
      readonly kind: 'sql';
      /** Entry of `protect` with engine postgres and one database. */
      readonly part: string;
      readonly query: string;
      readonly expect: boolean | number | string;
      readonly timeoutSeconds: number;
    };

/** The application's own migration commands, run in a one-off container of the new image. */
export interface Migrations {
  /** Compose service whose image and settings the container has. */
  readonly service: string;
  readonly run: readonly string[];
  /** Prints the schema's revision. Without it, pawl does not know what a rollback meets. */
  readonly head?: readonly string[];
  /** Takes the schema back to `{revision}`. */
  readonly down?: readonly string[];
  readonly timeoutSeconds: number;
}

export interface ReleasePolicy {
  /** Whether a recovery point is saved before the first thing is changed: always, or only when there are migrations. */
  readonly recoveryPoint: 'always' | 'migrations' | 'never';
  /** How many releases are kept, with their images. */
  readonly keep: number;
  /** HAProxy's image, for the switch. */
  readonly switchImage: string;
}

export interface DeployDescription {
  /** In the order of the stack file. */
  readonly services: readonly Deployment[];
  readonly before: readonly Gate[];
  readonly after: readonly Gate[];
  readonly migrations?: Migrations;
  readonly release: ReleasePolicy;
}
