import { posix } from 'node:path';
import type { ServiceMount } from '../../ports/compose';

/** The keys of a resolved service that mount something. */
export interface WithMounts {
  readonly volumes?: readonly {
    readonly type?: string;
    readonly source?: string;
    readonly target?: string;
  }[];
  /** `/run:size=64m`. */
  readonly tmpfs?: string | readonly string[];
}

/** `named`: the project's volumes, each with what the engine calls it. */
export function readMounts(
  { volumes = [], tmpfs = [] }: WithMounts,
  named: Readonly<Record<string, { readonly name?: string } | null>>,
): readonly ServiceMount[] {
  const mounted = volumes.flatMap(({ type = 'volume', source = '', target }) => {
    if (target === undefined) return [];
    const name = type === 'volume' && source !== '' ? { name: named[source]?.name ?? source } : {};
    return [{ path: mountPath(target), kind: type, ...name }];
  });
  const inMemory = (typeof tmpfs === 'string' ? [tmpfs] : tmpfs).map((line) => ({
    path: mountPath(line.split(':')[0] ?? ''),
    kind: 'tmpfs',
  }));
  return [...mounted, ...inMemory];
}

/** As the engine calls it, whatever slashes it was written with. */
function mountPath(path: string): string {
  return posix.join('/', path).replace(/(?<=.)\/$/, '');
}
