import type { ReleaseList } from '../../workflows/model/release';
import type { ObservedImage } from '../../workflows/release/observed-release';
import type { Attempt } from '../ports/attempt';
import type { ComposeFacts } from '../ports/compose';
import type { ReleasePorts } from '../ports/host-ports';
import type { Site } from '../ports/site';

/** What looking at a release goes by. */
export interface Look {
  readonly ports: ReleasePorts;
  readonly site: Site;
  readonly facts: ComposeFacts;
  readonly attempt: Attempt;
  /** Whether it is asked what references mean now; else a stored release comes back, whose images are known. */
  readonly resolves: boolean;
  /** What this run has built, by service; absent where it builds nothing. */
  readonly built: Readonly<Record<string, ObservedImage>> | undefined;
  readonly stored: ReleaseList;
}
