import type { PinnedImage } from '../../workflows/model/release';
import type { Attempt } from './attempt';

export interface Images {
  /**
   * What a reference means now: the registry's digest where a registry answers, else the image on this host.
   * Throws: PreconditionFailed (neither has it) · CredentialsRejected · ServiceUnavailable (engine away)
   */
  resolve(reference: string, attempt: Attempt): Promise<ResolvedImage>;
  /** Id of the image that has this name on this host, whatever registries have. Throws: ServiceUnavailable (engine away) */
  onHost(reference: string): Promise<string | undefined>;
  /**
   * What a pull would fetch: none when the image is there, undefined when nobody tells.
   * Throws: ServiceUnavailable (engine away)
   */
  missingLayers(pinned: string, attempt: Attempt): Promise<readonly MissingLayer[] | undefined>;
  /** Makes a pinned image present. Reports bytes. Throws: ServiceUnavailable (registry away) · CommandFailed (disk full) */
  pull(pinned: string, attempt: Attempt): Promise<{ readonly id: string }>;
  /**
   * The paths that an image declares as volumes: of this host's, or as its registry tells. Undefined when nobody tells.
   * Throws: ServiceUnavailable (engine away)
   */
  declaredVolumes(pinned: string, attempt: Attempt): Promise<readonly string[] | undefined>;
  /** Gives an image of this host a further name, so that it is not taken for unused. Throws: PreconditionFailed (it is not here) */
  tag(pinned: string, name: string): Promise<void>;
  /** Drops the names in this repository that `keeps` refuses by their tag; one that a container needs stays. */
  dropNames(repository: string, keeps: (tag: string) => boolean): Promise<void>;
  /** Removes those that have no name and that no container uses. Never rejects for an image that is gone or in use. */
  removeUnused(ids: readonly string[]): Promise<void>;
}

export interface MissingLayer {
  readonly digest: string;
  /** As it is fetched: compressed. */
  readonly sizeBytes: number;
}

export interface ResolvedImage extends Omit<PinnedImage, 'id'> {
  /** Absent when it is not on this host yet. */
  readonly id?: string;
  /** False when only this host has it. */
  readonly inRegistry: boolean;
}
