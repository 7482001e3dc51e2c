/** A string, a quoted name, a comment, a psql command on a line of its own, or the end of a statement. */
const TOKEN =
  /(?<![\w"])E'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|^\\[^\n]*|;/gms;

/** SQL as pg_dumpall prints it, statement by statement: without comments, psql's own commands and semicolons. */
export function splitStatements(sql: string): string[] {
  const statements: string[] = [];
  let statement = '';
  let position = 0;
  for (const { 0: token, index } of sql.matchAll(TOKEN)) {
    statement += sql.slice(position, index);
    position = index + token.length;
    if (token === ';') {
      statements.push(statement.trim());
      statement = '';
    } else if (!token.startsWith('--') && !token.startsWith('\\')) statement += token;
  }
  return [...statements, (statement + sql.slice(position)).trim()].filter((text) => text !== '');
}
