import type { Between } from '../../test/support/load';

/** The two versions of the application, `TEST_IMAGES.app1` and `app2`. */
export type Version = '1' | '2';

/** A share of the requests that a release gave the new version for a while. */
export interface CanaryWindow {
  /** Per cent that it was to have. */
  readonly weight: number;
  readonly between: Between;
}

/** One way to release a service on one Docker host, at its users' cost or not. */
export interface Contender {
  /** For the table. */
  readonly title: string;
  /** Where the users ask: on 127.0.0.1, the same from the first release to the last. */
  readonly url: string;
  /** Releases a version, the first one included. Resolves when the way has done all that it does, the old one's end too. */
  release(version: Version): Promise<void>;
  /** Goes back to the release before, which was that version. Absent: by releasing it again. */
  rollback?(version: Version): Promise<void>;
  /** Shares that the last release has given on its way. Absent where the way knows no canary. */
  canary?(): Promise<readonly CanaryWindow[]>;
  /** Removes all that it made. May be called in the middle of a release. */
  remove(): Promise<void>;
}

/** Prepares what comes before the first release. */
export type OpenContender = () => Promise<Contender>;
