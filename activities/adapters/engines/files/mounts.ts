/** One line of `/proc/PID/mountinfo`. Source: proc(5). */
interface Mount {
  readonly id: string;
  readonly parent: string;
  /** `major:minor` of the file system: mounts of one file system share it. */
  readonly device: string;
  /** The directory of that file system which is mounted, and where. */
  readonly root: string;
  readonly point: string;
  /** `ext4`, `overlay`. */
  readonly type: string;
}

/** A place in a file system, whatever it is called in whichever mount namespace. */
interface Spot {
  readonly device: string;
  readonly path: string;
}

/**
 * What is mounted inside a folder, by paths relative to it; of mounts in mounts only the outer ones. By file system, not
 * by name: a mount that only a container sees lies on the same directory, and goes wherever a rename takes that.
 * Shape:  folder without symbolic links, mount table of who sees it so, tables of further mount namespaces → paths
 */
export function mountsInside(
  folder: string,
  own: string,
  others: readonly string[] = [],
): readonly string[] {
  const base = spotOf(folder, readMounts(own));
  if (base === undefined) return [];
  const prefix = base.path === '/' ? '/' : `${base.path}/`;
  const found = new Set<string>();
  for (const table of [own, ...others]) {
    for (const { device, path } of mountedSpots(readMounts(table))) {
      if (device === base.device && path.startsWith(prefix)) found.add(path.slice(prefix.length));
    }
  }
  return outermost([...found]);
}

/** Whether something is mounted on the folder itself. */
export function isMountPoint(folder: string, table: string): boolean {
  return readMounts(table).some(({ point }) => point === folder);
}

/**
 * Whether a folder is in layers, as a container's own files are. Folders of the lower ones cannot be renamed: `mv` copies
 * them and deletes what it has copied, and may be killed in the middle.
 */
export function isLayered(folder: string, table: string): boolean {
  return mountOf(folder, readMounts(table))?.type === 'overlay';
}

function readMounts(table: string): Mount[] {
  return table.split('\n').flatMap((line) => {
    const [id, parent, device, root, point] = line.split(' ');
    if (id === undefined || parent === undefined || device === undefined) return [];
    if (root === undefined || point === undefined) return [];
    const type = / - (\S+) /.exec(line)?.[1] ?? '';
    return [{ id, parent, device, root: unescaped(root), point: unescaped(point), type }];
  });
}

/** The directories that are mount points, each as the mount below it knows them. */
function mountedSpots(mounts: readonly Mount[]): Spot[] {
  const byId = new Map(mounts.map((mount) => [mount.id, mount]));
  return mounts.flatMap(({ point, parent: parentId, id }) => {
    const parent = byId.get(parentId);
    if (parent === undefined || parentId === id) return [];
    const path = within(parent, point);
    return path === undefined ? [] : [{ device: parent.device, path }];
  });
}

/** Of mounts one upon the other the last is seen. */
function spotOf(folder: string, mounts: readonly Mount[]): Spot | undefined {
  const mount = mountOf(folder, mounts);
  if (mount === undefined) return undefined;
  return { device: mount.device, path: within(mount, folder) ?? '/' };
}

function mountOf(folder: string, mounts: readonly Mount[]): Mount | undefined {
  let best: Mount | undefined;
  for (const mount of mounts) {
    if (within(mount, folder) === undefined) continue;
    if (best === undefined || mount.point.length >= best.point.length) best = mount;
  }
  return best;
}

/** The path in the mounted file system; undefined when the mount does not have it. */
function within({ root, point }: Mount, path: string): string | undefined {
  const top = point === '/' ? '' : point;
  if (path !== point && !path.startsWith(`${top}/`)) return undefined;
  const rest = path.slice(top.length).replace(/^\/$/, '');
  const joined = `${root === '/' ? '' : root}${rest}`;
  return joined === '' ? '/' : joined;
}

function outermost(paths: readonly string[]): readonly string[] {
  const sorted = [...paths].sort();
  return sorted.filter(
    (path) => !sorted.some((other) => other !== path && path.startsWith(`${other}/`)),
  );
}

function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(parseInt(octal, 8)),
  );
}
