import type { Platform, Program } from './program';

export type ProgramName = 'temporal' | 'restic' | 'compose' | 'ferretdb';

/*
 * The programs pawl drives, in the versions it is tested with. To raise one: change it here and in
 * `toolchain/<name>/go.mod`, run `go mod tidy` there, and take the checksums from the publisher's own list.
 */

const temporal: Program = {
  name: 'temporal',
  executable: 'temporal',
  version: '1.8.2',
  minimumVersion: '1.5.0',
  environmentVariable: 'PAWL_TEMPORAL',
  versionArguments: ['--version'],
  releases: {
    packing: 'tar.gz',
    path: (platform) =>
      `temporalio/cli/releases/download/v1.8.2/temporal_cli_1.8.2_${underscored(platform)}.tar.gz`,
    sha256: {
      'linux-amd64': 'd8421bda989e6514b4bdb4d63a9012a8a05a806892e881a5aad8510496349a94',
      'linux-arm64': '83600a8fac6e3da54093e5da6918d399f501532b9f1172235603f9606f4ac6e4',
      'darwin-amd64': '489d7f5420cae02b559774ac23df035141954c33a51dba96f5759a0ddccdf1b6',
      'darwin-arm64': 'dacdc3587682c04cf27e67c8878ca2d755230b6ad63c0c6ebddd7348ae90ed94',
    },
  },
  build: {
    module: 'temporal',
    package: 'github.com/temporalio/cli/cmd/temporal',
    // Without it the program calls itself 0.0.0-DEV, and its version could not be checked.
    linkerFlags: '-s -w -X github.com/temporalio/cli/internal/temporalcli.Version=1.8.2',
  },
};

const restic: Program = {
  name: 'restic',
  executable: 'restic',
  version: '0.19.1',
  // Exit codes 10, 11 and 12; Debian 12's 0.14.0 has none of them.
  minimumVersion: '0.17.1',
  environmentVariable: 'PAWL_RESTIC',
  versionArguments: ['version'],
  releases: {
    packing: 'bz2',
    path: (platform) =>
      `restic/restic/releases/download/v0.19.1/restic_0.19.1_${underscored(platform)}.bz2`,
    sha256: {
      'linux-amd64': 'f415415624dcc452f2a02b8c33641791a8c6d6d3b65bbb3543fcf9a25151585c',
      'linux-arm64': 'a5f64aaab53d51e311fa3829124c5b703f2d14cf187d8640b6be3b2b49376465',
      'darwin-amd64': 'c38d579622cf602f665234c5a8c315030b6cf70656028fe6dc29a786b60e5f35',
      'darwin-arm64': '7be0a144ccc377880f294204aa271d76e4b79554b42a751151d425ce6ebac143',
    },
  },
  build: {
    module: 'restic',
    package: 'github.com/restic/restic/cmd/restic',
    linkerFlags: '-s -w',
  },
};

const compose: Program = {
  name: 'compose',
  executable: 'docker-compose',
  version: '2.40.3',
  // `config --no-env-resolution` is of 2025, and what it leaves as it is differs; older ones are not tested.
  minimumVersion: '2.40.0',
  environmentVariable: 'PAWL_COMPOSE',
  versionArguments: ['version'],
  dockerPlugin: true,
  releases: {
    packing: 'plain',
    path: (platform) =>
      `docker/compose/releases/download/v2.40.3/docker-compose-${platform
        .replace('amd64', 'x86_64')
        .replace('arm64', 'aarch64')}`,
    sha256: {
      'linux-amd64': 'dba9d98e1ba5bfe11d88c99b9bd32fc4a0624a30fafe68eea34d61a3e42fd372',
      'linux-arm64': 'd26373b19e89160546d15407516cc59f453030d9bc5b43ba7faf16f7b4980137',
      'darwin-amd64': '53528ecff0182546d92d7cc3f50dc78f9b387c3da68b4a3fd0cf2c48dab77133',
      'darwin-arm64': '8cd7eb5f95bacb536cc407111662e2c205d67d9abfea5dcb8400be8418db60d1',
    },
  },
  build: {
    module: 'compose',
    package: 'github.com/docker/compose/v2/cmd',
    linkerFlags: '-s -w -X github.com/docker/compose/v2/internal.Version=v2.40.3',
  },
};

/** MongoDB's wire protocol on SQLite, for tests only: our own main of its package, so there is no release of it. */
const ferretdb: Program = {
  name: 'ferretdb',
  executable: 'ferretdb',
  version: '1.24.2',
  minimumVersion: '1.24.0',
  environmentVariable: 'PAWL_FERRETDB',
  versionArguments: ['-version'],
  build: {
    module: 'ferretdb',
    package: '.',
    linkerFlags: '-s -w',
    tags: 'ferretdb_no_postgresql',
  },
};

export const programs: Readonly<Record<ProgramName, Program>> = {
  temporal,
  restic,
  compose,
  ferretdb,
};

function underscored(platform: Platform): string {
  return platform.replace('-', '_');
}
