/** What is asked of a tar program depends on whose it is. */
export interface TarProgram {
  readonly kind: 'gnu' | 'other';
  /** Such as `GNU tar 1.34`. */
  readonly version: string;
  /** Whether it can leave something out: an option of BusyBox that Alpine builds in and Debian does not. */
  readonly canExclude: boolean;
}

/** Pawl's own folders at the top of a protected folder: what a restore builds and keeps. Never dumped. */
export const HIDDEN_PREFIX = '.pawl_';

/** Extended attributes that mean something on another machine too; ACLs have their own option. Only root sees trusted ones. */
const ATTRIBUTES = [
  '--acls',
  '--xattrs',
  '--xattrs-include=user.*',
  '--xattrs-include=trusted.*',
  '--xattrs-include=security.capability',
];

/** The same with ACLs as the kernel keeps them: as text they have the names that this host has for users. */
const RAW_ATTRIBUTES = [
  ...ATTRIBUTES.filter((option) => option !== '--acls'),
  '--xattrs-include=system.posix_acl_*',
];

/** Records of 64 KiB, as a pipe takes them at once, instead of 10. */
const RECORD = '--blocking-factor=128';

/** Holes are stored as such; why in this format: see `sparseOrWhole`. */
const SPARSE = ['--sparse', '--sparse-version=0.0'];

/** In no folder's argv: tar is started in the folder. */
interface PackOptions {
  readonly exclude: readonly string[];
  /** For a digest by the method of manifests that know no holes. */
  readonly withHoles: boolean;
  /** To be compared with a tar of restic's: every name of a file is a file of its own, and ACLs are bytes. */
  readonly asRestic?: boolean;
}

/**
 * Equal folders give equal bytes with GNU tar: names in order, no time of access or change, no process id in the names of
 * extended headers (its default before 1.33). File systems mounted inside are packed too.
 */
export function packArgv(tar: TarProgram, { exclude, withHoles, asRestic }: PackOptions): string[] {
  const excluded = exclude.map((pattern) => `--exclude=${pattern}`);
  const ours = `--exclude=./${HIDDEN_PREFIX}*`;
  if (tar.kind === 'other') {
    const without = tar.canExclude ? [ours, ...excluded] : [];
    return ['tar', '-c', '-f', '-', '--numeric-owner', ...without, '.'];
  }
  return [
    ...gnuPack(asRestic === true ? RAW_ATTRIBUTES : ATTRIBUTES),
    ...(asRestic === true ? ['--hard-dereference'] : []),
    '--sort=name',
    ...(withHoles ? SPARSE : []),
    RECORD,
    '--anchored',
    ours,
    '--no-anchored',
    ...excluded,
    '.',
  ];
}

/** A folder's own owner, mode, times, ACLs and extended attributes, without its content. */
export function packFolderItselfArgv(): string[] {
  return [...gnuPack(ATTRIBUTES), '--no-recursion', '.'];
}

function gnuPack(attributes: readonly string[]): string[] {
  return [
    'tar',
    '--create',
    '--file=-',
    '--format=posix',
    '--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime',
    '--numeric-owner',
    ...attributes,
  ];
}

/** `asRoot`: whether owners can be restored. */
export function unpackArgv(tar: TarProgram, asRoot: boolean): string[] {
  if (tar.kind === 'other') return ['tar', '-x', '-p', '-f', '-', '--numeric-owner'];
  return [
    'tar',
    '--extract',
    '--file=-',
    '--numeric-owner',
    '--same-permissions',
    asRoot ? '--same-owner' : '--no-same-owner',
    ...ATTRIBUTES,
    RECORD,
  ];
}

/** Reads what `tar --version` says, and the usage that BusyBox of old gives instead. */
export function parseTarVersion(version: string, usage: string): TarProgram {
  const gnu = /\(GNU tar\) (\S+)/.exec(version);
  if (gnu !== null) return { kind: 'gnu', version: `GNU tar ${gnu[1] ?? ''}`, canExclude: true };
  const canExclude = /--exclude|-X\b/.test(usage);
  const busyBox = /BusyBox v?(\S+)/i.exec(usage);
  const name =
    busyBox === null ? version.split('\n')[0]?.trim() : `BusyBox tar ${busyBox[1] ?? ''}`;
  return { kind: 'other', version: name ?? 'tar', canExclude };
}
