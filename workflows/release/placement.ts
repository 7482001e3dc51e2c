import type { RecreateDeployment, Slot, SwitchDeployment } from '../model/deployment';
import { slotService } from '../model/deployment';

/** A release on its way: what is put in the place of what. Built from the plan by deploy, from the stored one by rollback. */
export interface Placement {
  /** Compose's name of the project. */
  readonly project: string;
  /** The release that comes: whose file says what the services are. */
  readonly release: number;
  /** The release that serves now. Absent the first time. */
  readonly before?: number;
  /** In the order of the release. */
  readonly services: readonly PlacedService[];
}

export type PlacedService = SwitchedService | ReplacedService;

interface Placed {
  /** The release whose file says what the service is now: its way back. Absent where there is none. */
  readonly before?: number;
  /** How far from well it is now: an undo asks for no more. */
  readonly asBefore?: 'not-ready' | 'not-running';
}

export interface SwitchedService extends Placed {
  readonly deployment: SwitchDeployment;
  /** Containers of the release. */
  readonly replicas: number;
  /** Where the release is put. */
  readonly slot: Slot;
  /** Where the requests go now; absent when there is no switch that serves. */
  readonly active?: Slot;
  /** What is left of an earlier release, and serves no more. */
  readonly clears?: Slot;
  /** Its switch is made anew, and is away for that moment. */
  readonly renewsSwitch: boolean;
  /** Plain Compose's own container has the service's name and port. */
  readonly adopts: boolean;
  /** The slot has the release already: it was kept warm. */
  readonly warm: boolean;
  /** Shares of the new slot, in per cent; the last is 100. */
  readonly shares: readonly number[];
  /** Present where its containers are replaced one by one. */
  readonly rolls?: Rolls;
}

interface Rolls {
  /** Containers that the old slot has before. */
  readonly from: number;
  /** After each share but the last. */
  readonly judged: boolean;
}

export type RolledService = SwitchedService & Required<Pick<SwitchedService, 'active' | 'rolls'>>;

export interface ReplacedService extends Placed {
  readonly deployment: RecreateDeployment;
  /** What shares with it, and is recreated with it. */
  readonly followers?: readonly string[];
}

/** While a release can be undone: for what a failure says. */
export function whoServes({ before, services }: Placement): string {
  const served = services.some(
    (placed) =>
      !isSwitched(placed) ||
      placed.adopts ||
      (placed.active !== undefined && placed.asBefore === undefined),
  );
  return before === undefined || !served ? 'Nothing serves, as before' : `Release ${before} serves`;
}

/** Where nothing serves until an undo has ended, that waits for what stands in the way: a port that another process has. */
export const INSIST_SECONDS = 60;

export function isSwitched(placed: PlacedService): placed is SwitchedService {
  return 'slot' in placed;
}

export function isRolled(placed: SwitchedService): placed is RolledService {
  return placed.rolls !== undefined && placed.active !== undefined;
}

/** As the release's file names it. */
export function newService({ deployment, slot }: SwitchedService): string {
  return slotService(deployment.service, slot);
}
