import { engineFacts } from '../workflows/model/engines';
import { quoted } from './printable';
import { asDraft, draftEntries } from './rule';
import type { Draft, Report, Rule } from './rule';

/** Rules for entries that are databases. */
export const databaseRules: readonly Rule[] = [
  function databasesAreReachedInOneWay(stack, report) {
    for (const [name, entry] of databases(stack)) {
      const { service, address } = entry;
      const path = ['protect', name];
      if (service === undefined && address === undefined) {
        report(path, 'needs `service: NAME` or `address: {host: …, port: …}`', 'key');
      } else if (service !== undefined && address !== undefined) {
        report(
          [...path, 'address'],
          `stands beside \`service\`; keep one of them${IN_OVERLAY}`,
          'key',
        );
      }
    }
  },

  function databaseNamesAreTheirServers(stack, report) {
    for (const [name, { engine, database }] of databases(stack)) {
      if (typeof database !== 'string') continue;
      const path = ['protect', name, 'database'];
      const bytes = Buffer.byteLength(database);
      const most = longestName(engine);
      if (bytes > most) report(path, `has ${bytes} bytes; a database's name has at most ${most}`);
      if (engine === 'mongodb' && /[/\\. "$]/.test(database)) {
        report(
          path,
          'holds one of `/`, `\\`, `.`, `"`, `$` or a space, which MongoDB does not allow',
        );
      }
    }
  },

  function mongodbUsersHavePasswords(stack, report) {
    for (const [name, entry] of databases(stack)) {
      if (entry['engine'] !== 'mongodb') continue;
      const { user, password, authenticationDatabase } = entry;
      const need = (key: string, other: string): void => {
        report(['protect', name, key], `needs ${quoted(other)} too`, 'key');
      };
      if (user !== undefined && password === undefined) need('user', 'password');
      if (password !== undefined && user === undefined) need('password', 'user');
      if (authenticationDatabase !== undefined && user === undefined)
        need('authenticationDatabase', 'user');
    }
  },

  function socketsArePostgres(stack, report) {
    for (const [name, entry] of databases(stack)) {
      const { host } = asDraft(entry['address']);
      if (entry['engine'] === 'mongodb' && typeof host === 'string' && host.startsWith('/')) {
        report(
          ['protect', name, 'address', 'host'],
          'must be a host name or an IP address for MongoDB',
        );
      }
    }
  },

  function searchPathsNameSchemas(stack, report) {
    for (const [name, entry] of databases(stack)) {
      const schemas = asDraft(entry['restore'])['searchPath'];
      if (!Array.isArray(schemas)) continue;
      schemas.forEach((schema: unknown, index) => {
        if (typeof schema !== 'string') return;
        const path = ['protect', name, 'restore', 'searchPath', index];
        const bytes = Buffer.byteLength(schema);
        const most = longestName(entry['engine']);
        if (bytes > most) {
          report(path, `has ${bytes} bytes; a schema's name has at most ${most}`);
        } else if (/[,"\0]/.test(schema)) {
          report(
            path,
            'must be the name of one schema, without quotes; write the next as a further item',
          );
        } else if (schemas.indexOf(schema) < index) report(path, 'is there already');
      });
    }
  },

  function databasesAreProtectedOnce(stack, report) {
    const entries = databases(stack);
    entries.forEach(([name, entry], index) => {
      const earlier = entries.slice(0, index).find(([, other]) => protectTheSame(other, entry));
      if (earlier) reportTwice(name, earlier[0], report);
    });
  },
];

const IN_OVERLAY = ' (an overlay takes the other away with `null`)';

function longestName(engine: unknown): number {
  return engineFacts(engine)?.databaseNameBytes ?? Infinity;
}

function databases(stack: Draft): ReturnType<typeof draftEntries> {
  return draftEntries(stack).filter(([, entry]) => {
    return engineFacts(entry['engine'])?.place === 'server';
  });
}

function protectTheSame(left: Draft, right: Draft): boolean {
  if (serverOf(left) === undefined || serverOf(left) !== serverOf(right)) return false;
  const all = [left, right].some((entry) => asDraft(entry['database'])['all'] === true);
  return all || (typeof left['database'] === 'string' && left['database'] === right['database']);
}

function serverOf({ engine, service, address }: Draft): string | undefined {
  const { host, port } = asDraft(address);
  if (typeof service === 'string') return JSON.stringify([engine, service]);
  return host === undefined || port === undefined
    ? undefined
    : JSON.stringify([engine, host, port]);
}

function reportTwice(name: string, earlier: string, report: Report): void {
  report(
    ['protect', name, 'database'],
    `is part of ${quoted(earlier)} already; a database belongs to one entry`,
  );
}
