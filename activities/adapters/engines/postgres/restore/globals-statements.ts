import { splitStatements } from './split-statements';

const NAME = String.raw`("(?:[^"]|"")*"|[^\s";]+)`;
const CREATE_ROLE = new RegExp(`^CREATE ROLE ${NAME}$`);
const OF_ROLE = new RegExp(`^(?:ALTER ROLE|COMMENT ON ROLE) ${NAME}(?=\\s)`);
const MEMBERSHIP = new RegExp(`^GRANT ${NAME} TO ${NAME}(?=\\s|$)`);
const CREATE_TABLESPACE = new RegExp(`^CREATE TABLESPACE ${NAME}(?=\\s)`);
const OF_TABLESPACE = new RegExp(
  `^(?:ALTER TABLESPACE|COMMENT ON TABLESPACE|(?:GRANT|REVOKE) .* ON TABLESPACE) ${NAME}(?=\\s)`,
);

export interface GlobalsOnServer {
  readonly roles: ReadonlySet<string>;
  readonly tablespaces: ReadonlySet<string>;
}

export interface MissingGlobals {
  /** CREATE TABLESPACE is allowed outside a transaction only. */
  readonly tablespaces: readonly string[];
  /** One transaction: roles, what they are, and whose members they are. */
  readonly roles: readonly string[];
  /** One transaction, after both. */
  readonly tablespaceProperties: readonly string[];
}

/**
 * Of what pg_dumpall printed, the statements that create what is missing. What exists is never altered: a restored
 * server's own roles, and their passwords, stay as they are.
 */
export function missingGlobals(sql: string, present: GlobalsOnServer): MissingGlobals {
  const statements = splitStatements(sql);
  const isNewRole = (name: string | undefined): boolean =>
    name !== undefined && !present.roles.has(unquoted(name));
  const isNewTablespace = (name: string | undefined): boolean =>
    name !== undefined && !present.tablespaces.has(unquoted(name));
  return {
    roles: statements.filter((statement) => {
      const [, role, member] = MEMBERSHIP.exec(statement) ?? [];
      if (role !== undefined) return isNewRole(role) || isNewRole(member);
      return isNewRole((CREATE_ROLE.exec(statement) ?? OF_ROLE.exec(statement))?.[1]);
    }),
    tablespaces: statements.filter((text) => isNewTablespace(CREATE_TABLESPACE.exec(text)?.[1])),
    tablespaceProperties: statements.filter((text) =>
      isNewTablespace(OF_TABLESPACE.exec(text)?.[1]),
    ),
  };
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}
