import { HIDDEN_PREFIX } from './tar-commands';

/**
 * A folder whose entries are moved one by one, since the folder itself must stay: the protected folder, and in it those
 * on the way to something that is mounted.
 */
export interface Frame {
  /** Relative to the protected folder; empty for itself. */
  readonly path: string;
  /** Names in it that stay where they are: what is mounted, and the frames below. */
  readonly staying: readonly string[];
}

/**
 * The frames of a folder in which some paths stay, outer ones first.
 * Shape:  paths relative to the folder, none inside another → frames
 */
export function framesOf(staying: readonly string[]): readonly [Frame, ...Frame[]] {
  const frames = new Map<string, Set<string>>([['', new Set()]]);
  for (const path of staying) {
    const names = path.split('/');
    names.forEach((name, depth) => {
      const folder = names.slice(0, depth).join('/');
      const known = frames.get(folder) ?? new Set<string>();
      frames.set(folder, known.add(name));
    });
  }
  const sorted = [...frames].sort(([a], [b]) => (a < b ? -1 : 1));
  const [first, ...rest] = sorted.map(([path, names]) => ({ path, staying: [...names] }));
  return [first ?? { path: '', staying: [] }, ...rest];
}

/** Where a frame is in one of the folders of a restore. */
export function inFrame(folder: string, { path }: Pick<Frame, 'path'>): string {
  return path === '' ? folder : `${folder === '/' ? '' : folder}/${path}`;
}

/** The path of a name in a frame, as frames have it. */
export function pathIn({ path }: Pick<Frame, 'path'>, name: string): string {
  return path === '' ? name : `${path}/${name}`;
}

/** Whether an entry of a frame is neither pawl's own nor to stay. Pawl's own are in the outermost folder only. */
export function moves({ path, staying }: Frame, name: string): boolean {
  if (path === '' && name.startsWith(HIDDEN_PREFIX)) return false;
  return !staying.includes(name);
}
