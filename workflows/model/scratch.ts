import { longFingerprint } from './fingerprint';
import type { ProtectEntry, StackDescription } from './stack';

/*
 * Scratch places: where a drill restores. They are made for one run, are nothing's neighbours, and go with the run.
 */

/** What an entry's parts are restored in. */
export type ScratchKind =
  /** A container of the service's own image, on a network of its own. */
  | 'container'
  /** A server of the host's own programs, that listens on a socket in its own folder. */
  | 'cluster'
  /** A folder of the host. */
  | 'folder';

/** A scratch place that is there. */
export type ScratchPlace =
  | { readonly kind: 'container' }
  | { readonly kind: 'cluster'; readonly folder: string; readonly port: number }
  | { readonly kind: 'folder'; readonly path: string };

export interface OpenedScratch {
  readonly entry: string;
  readonly place: ScratchPlace;
}

/** Undefined where there is none: a server other than PostgreSQL that is reached by address. */
export function scratchKindOf(entry: ProtectEntry): ScratchKind | undefined {
  if (entry.engine === 'files' || entry.engine === 'sqlite') return 'folder';
  if ('service' in entry.reach) return 'container';
  return entry.engine === 'postgres' ? 'cluster' : undefined;
}

/** Compose project of a run's scratch containers. No live project has its name: services are found by project and name. */
export function scratchProject(runKey: string): string {
  return `pawl-drill-${longFingerprint(runKey)}`;
}

/**
 * The stack as it is in its scratch places: the same steps that restore a stack restore it there, and reach nothing else.
 * What was not opened is not in it. Passwords are left out: nobody else reaches these places.
 * Shape:  stack, key of the run, places → a stack that has no service, server or folder in common with the live one
 */
export function scratchStack(
  stack: StackDescription,
  runKey: string,
  opened: readonly OpenedScratch[],
): StackDescription {
  const { deploy: _deploy, edge: _edge, ...rest } = stack;
  const protect = stack.protect.flatMap((entry) => {
    const found = opened.find((one) => one.entry === entry.name);
    return (found && entryIn(entry, found.place)) ?? [];
  });
  return { ...rest, protect, compose: { files: [], project: scratchProject(runKey) } };
}

/** Undefined where the place is not of the entry's kind: an entry as it is would be the live one. */
function entryIn(entry: ProtectEntry, place: ScratchPlace): ProtectEntry | undefined {
  if (place.kind !== scratchKindOf(entry)) return undefined;
  if (entry.engine === 'files' || entry.engine === 'sqlite') {
    const { service: _service, ...onHost } = entry;
    return place.kind === 'folder' ? { ...onHost, path: place.path } : undefined;
  }
  // Entries of one service have a server each.
  const reach = { service: entry.name };
  if (entry.engine === 'mongodb') {
    const { user: _user, password: _password, authenticationDatabase: _of, ...open } = entry;
    return { ...open, reach };
  }
  const { password: _password, ...open } = entry;
  if (place.kind !== 'cluster') return { ...open, reach };
  return { ...open, reach: { address: { host: place.folder, port: place.port } } };
}
