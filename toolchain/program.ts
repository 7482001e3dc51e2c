export type Platform = 'linux-amd64' | 'linux-arm64' | 'darwin-amd64' | 'darwin-arm64';

/** The files a program's publisher offers, one per platform. */
export interface Releases {
  readonly packing: 'tar.gz' | 'bz2' | 'plain';
  /** Below `https://github.com`, or below the mirror that PAWL_DOWNLOAD_BASE names. */
  readonly path: (platform: Platform) => string;
  /** Of the file as it is offered, packed. A platform that is not here is never downloaded. */
  readonly sha256: Partial<Record<Platform, string>>;
}

export interface Program {
  readonly name: string;
  /** File name of the executable: what PATH is searched for and what the cache holds. */
  readonly executable: string;
  /** The version that is downloaded or built when no other fits. */
  readonly version: string;
  readonly minimumVersion: string;
  readonly excludedVersions?: readonly string[];
  readonly environmentVariable: string;
  /** Arguments that make the program print its version. */
  readonly versionArguments: readonly string[];
  /** Also a plugin of Docker's CLI: the plugin folders are searched as PATH is. */
  readonly dockerPlugin?: boolean;
  readonly releases?: Releases;
  readonly build: GoBuild;
}

export interface GoBuild {
  /** Folder of the pinned module in `toolchain/`. */
  readonly module: string;
  readonly package: string;
  readonly linkerFlags: string;
  readonly tags?: string;
}

/** Where the program came from. `built` and `download` are said once; afterwards it is in the `cache`. */
export type Origin = 'environment' | 'path' | 'cache' | 'download' | 'built';

export interface FoundProgram {
  /** Absolute. */
  readonly path: string;
  readonly version: string;
  readonly origin: Origin;
}
