import { posix } from 'node:path';
import { engineFacts } from '../workflows/model/engines';
import { quoted } from './printable';
import { asText, draftEntries } from './rule';
import type { Draft, Rule } from './rule';
import { repositoriesOf } from './rules-repository';

/** Rules for entries that are folders or files, and for repositories, which may be folders too. */
export const folderRules: readonly Rule[] = [
  function foldersInServicesAreAbsolute(stack, report) {
    for (const [name, { engine, service, path }] of draftEntries(stack)) {
      const { place } = engineFacts(engine) ?? {};
      if (place === 'server' || service === undefined || typeof path !== 'string') continue;
      if (!path.startsWith('/')) {
        report(
          ['protect', name, 'path'],
          `must be absolute, since it is a ${place ?? 'folder'} in a container`,
        );
      }
    }
  },

  function foldersDoNotOverlap(stack, report) {
    const folders = protectedAt('folder', stack);
    folders.forEach(([name, folder], index) => {
      const other = folders.slice(0, index).find(([, earlier]) => overlap(earlier, folder));
      if (!other) return;
      report(
        ['protect', name, 'path'],
        `overlaps with the folder of ${quoted(other[0])}; a restore of one would replace files of the other`,
      );
    });
  },

  function databaseFilesAreProtectedOnce(stack, report) {
    const files = protectedAt('file', stack);
    files.forEach(([name, file], index) => {
      const twin = files.slice(0, index).find(([, earlier]) => contains(earlier, file));
      if (twin) report(['protect', name, 'path'], `is the database of ${quoted(twin[0])} already`);
    });
  },

  function repositoriesAreNotProtected(stack, report) {
    for (const { path, draft } of repositoriesOf(stack)) {
      const { url } = draft;
      const folder = asText(url).replace(/^local:/, '');
      if (typeof url !== 'string' || /^[a-z0-9]+:/.test(folder)) continue;
      const repository = { place: 'host', path: absolute(stack, folder) };
      const around = protectedAt('folder', stack).find(([, folder]) =>
        contains(folder, repository),
      );
      if (!around) continue;
      report(
        [...path, 'url'],
        `lies in the folder of ${quoted(around[0])}, and so would be stored in itself`,
      );
    }
  },
];

interface Folder {
  /** The host, or a service. */
  readonly place: string;
  /** Absolute and without `..`, as far as can be known here. */
  readonly path: string;
}

function protectedAt(
  kind: 'folder' | 'file',
  stack: Draft,
): readonly (readonly [name: string, place: Folder])[] {
  return draftEntries(stack)
    .filter(([, { engine, path }]) => {
      return engineFacts(engine)?.place === kind && typeof path === 'string' && path !== '';
    })
    .map(([name, { service, path }]) => {
      const inService = {
        place: `service ${JSON.stringify(service)}`,
        path: posix.resolve('/', asText(path)),
      };
      const onHost = { place: 'host', path: absolute(stack, asText(path)) };
      return [name, service === undefined ? onHost : inService];
    });
}

/** The stack's directory may be unknown here; any absolute folder then serves to compare relative paths. */
function absolute(stack: Draft, path: string): string {
  const { directory } = stack;
  return posix.resolve('/', typeof directory === 'string' ? directory : '/the stack', path);
}

function contains(outer: Folder, inner: Folder): boolean {
  const prefix = outer.path === '/' ? '/' : `${outer.path}/`;
  return outer.place === inner.place && `${inner.path}/`.startsWith(prefix);
}

function overlap(left: Folder, right: Folder): boolean {
  return contains(left, right) || contains(right, left);
}
