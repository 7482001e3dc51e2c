import type { Slot, Strategy } from './deployment';

/** An image as a release uses it: the same bytes for ever, wherever its tag moves. */
export interface PinnedImage {
  /** As the Compose file or `--image` has it: `registry/api:v2`. */
  readonly reference: string;
  /** `registry/api@sha256:…`, or the image's own id where no registry has it. */
  readonly pinned: string;
  /** The engine's id: `sha256:…`; that of the platform it runs on. */
  readonly id: string;
}

/** One service that a release releases. */
export interface ReleasedService {
  readonly service: string;
  readonly strategy: Strategy;
  readonly image: PinnedImage;
  /** Where it was put; only behind a switch. */
  readonly slot?: Slot;
}

/** An immutable rendered Compose model, images pinned, with its schema head: `release.json`. */
export interface Release {
  readonly number: number;
  readonly stack: string;
  /** ISO 8601, UTC: when it served all traffic. */
  readonly releasedAt: string;
  readonly run: string;
  readonly runKey: string;
  readonly requestedBy: string;
  readonly pawlVersion: string;
  readonly services: readonly ReleasedService[];
  /** SHA-256 of the normalised stack description. */
  readonly stackHash: string;
  /** SHA-256 of `compose.yaml` as rendered. */
  readonly modelHash: string;
  /** What `migrations.head` printed after the migrations; absent when there is none. */
  readonly schemaHead?: string;
  /** The release that it replaced. */
  readonly replaced?: number;
  /** The recovery point that was saved before it. */
  readonly recoveryPoint?: string;
  /** What ran under plain Compose when pawl came. */
  readonly adopted?: true;
}

/** The releases that a host keeps, newest first. */
export interface ReleaseList {
  readonly releases: readonly Release[];
  /** The one that serves now. */
  readonly current?: number;
  /** The number that the next one gets. */
  readonly next: number;
  /** Those whose record cannot be read; absent where there is none. */
  readonly unreadable?: readonly UnreadableRelease[];
}

export interface UnreadableRelease {
  readonly number: number;
  readonly reason: string;
}

/** The release that a rollback goes to: the one that is named, or the one that the current one replaced. */
export function rollbackTarget(
  { releases, current }: ReleaseList,
  named: number | undefined,
): Release | undefined {
  const serving = releases.find(({ number }) => number === current);
  return releases.find(({ number }) => number === (named ?? serving?.replaced));
}

/** What is different in release `to`. */
export interface ReleaseDiff {
  readonly from: number;
  readonly to: number;
  /** Services with another image; `from` is absent for one that is new, `to` for one that is gone. */
  readonly images: readonly {
    readonly service: string;
    readonly from?: PinnedImage;
    readonly to?: PinnedImage;
  }[];
  /** Of the Compose models, as `diff -u` has them: ` ` unchanged, `-` gone, `+` new, `@@` where. */
  readonly lines: readonly string[];
}
