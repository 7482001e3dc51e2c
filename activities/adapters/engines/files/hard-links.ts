import type { TarEntry } from './tar-header';

/** An entry with the SHA-256 of its content. */
export interface DigestedEntry {
  readonly entry: TarEntry;
  readonly content: string;
}

/**
 * Of several names of one file, a tar has the first it meets as the file and the others as links to it. In a sorted tar
 * that is always the same one. BusyBox meets names in the order of the directory, which is another one after a
 * restore: then the roles are dealt anew here, as a sorted tar would have dealt them.
 *
 * For that, contents must be remembered until the end: about 200 MB per million files, and nothing for sorted tars.
 */
export class HardLinks {
  private readonly files = new Map<string, DigestedEntry>();
  private readonly links = new Map<string, DigestedEntry[]>();

  constructor(private readonly sorted: boolean) {}

  see(item: DigestedEntry): void {
    if (this.sorted) return;
    const { type, path, linkTarget } = item.entry;
    if (type === 'file') this.files.set(path, item);
    if (type !== 'hardlink') return;
    const others = this.links.get(linkTarget);
    if (others === undefined) this.links.set(linkTarget, [item]);
    else others.push(item);
  }

  /** What was digested wrongly, and what it should have been. */
  *corrections(): Generator<{ wrong: readonly DigestedEntry[]; right: readonly DigestedEntry[] }> {
    for (const [path, links] of this.links) {
      const file = this.files.get(path);
      if (file === undefined) continue;
      const wrong = [file, ...links];
      const paths = wrong.map(({ entry }) => entry.path).sort(inTarOrder);
      const [first = path, ...rest] = paths;
      if (first === path) continue;
      const asFile = { entry: { ...file.entry, path: first }, content: file.content };
      const asLinks = rest.map((name) => linkTo(links[0] ?? file, name, first));
      yield { wrong, right: [asFile, ...asLinks] };
    }
  }
}

function linkTo(like: DigestedEntry, path: string, target: string): DigestedEntry {
  return { entry: { ...like.entry, path, linkTarget: target }, content: like.content };
}

/** Names are sorted within each directory, and a directory's entries follow it at once. */
function inTarOrder(a: string, b: string): number {
  const [as, bs] = [a.split('/'), b.split('/')];
  for (let depth = 0; depth < Math.max(as.length, bs.length); depth++) {
    const [left = '', right = ''] = [as[depth], bs[depth]];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}
