import type { ContentDigest } from '../../../../workflows/model/recovery-point';
import { AdapterError } from '../../../ports/adapter-error';
import type { Attempt } from '../../../ports/attempt';
import { identifier, literal, type OpenedDatabase, type SqliteProgram } from './program';

/** Rows in the order of their key, each value with its type: 1, 1.0, '1' and x'31' are four. */
const METHOD = 'sqlite:sha3-256(rows)/1';

const TOLD_EVERY_MILLISECONDS = 5_000;
const SHORTEST_MILLISECONDS = 60_000;
/** Three passes over the file: integrity_check, count and digest. */
const SLOWEST_BYTES_A_MILLISECOND = 2_000;

/** Complaints of SQLite that are told. */
const TOLD = 5;

/** What only the application has (its collations, functions and modules) is missing here; or a foreign key means nothing. */
const ONLY_THE_APPLICATION_HAS =
  /(?:no such (?:collation sequence|function|module|tokenizer)|unknown function|foreign key mismatch)[^\n]*/;

interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  /** Column id and name of each column of its primary key's index; -1 for the row's id. Empty where there is no such index. */
  readonly key: readonly (readonly [seqno: number, cid: number, isKey: number, name: string])[];
}

export interface ExamineRequest {
  readonly digests: boolean;
  /** Of the database, for how long it may take. */
  readonly bytes: number;
  readonly attempt: Attempt;
}

export interface Examined {
  readonly contents: readonly ContentDigest[];
  readonly notes: readonly string[];
}

/** Virtual tables have no content of their own: it is in their shadow tables, which are here. */
const TABLES = `
SELECT json_group_array(json_object(
  'name', m.name,
  'columns', json((SELECT json_group_array(name) FROM pragma_table_xinfo(m.name) WHERE hidden = 0)),
  'key', json((SELECT json_group_array(json_array(x.seqno, x.cid, x."key", x.name))
    FROM pragma_index_list(m.name) AS l, pragma_index_xinfo(l.name) AS x WHERE l.origin = 'pk'))
)) FROM sqlite_master AS m WHERE m.type = 'table' AND m.rootpage > 0;`;

/** What the database is made of: tables, indexes, views and triggers. */
const SCHEMA = 'SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name, tbl_name';

/**
 * Checks a database that nobody else uses, and counts and digests all its tables.
 * Throws: VerificationFailed (integrity_check complains)
 */
export async function examine(
  program: SqliteProgram,
  database: OpenedDatabase,
  request: ExamineRequest,
): Promise<Examined> {
  const { bytes, attempt } = request;
  // SQLite says nothing while it reads its own file: it is given as long as a slow disk takes.
  const until = Date.now() + SHORTEST_MILLISECONDS + bytes / SLOWEST_BYTES_A_MILLISECOND;
  const timer = setInterval(() => {
    if (Date.now() < until) attempt.onProgress();
  }, TOLD_EVERY_MILLISECONDS);
  try {
    return await examineAll(program, database, request);
  } finally {
    clearInterval(timer);
  }
}

async function examineAll(
  program: SqliteProgram,
  database: OpenedDatabase,
  { digests, attempt }: ExamineRequest,
): Promise<Examined> {
  const notes = [
    ...(await checkIntegrity(program, database, attempt)),
    ...(await checkForeignKeys(program, database, attempt)),
  ];
  if (!digests) return { contents: [], notes };
  const [tables] = (await program.ask(database, TABLES, attempt)) as [readonly Table[]];
  const queries = [
    { name: 'sqlite_schema', count: countOf('sqlite_master'), rows: SCHEMA },
    ...tables.map((table) => ({
      name: table.name,
      count: countOf(table.name),
      rows: rowsOf(table),
    })),
  ];
  const statements = queries.map(
    ({ count, rows }) =>
      `SELECT json_array((${count}), lower(hex(sha3_query(${literal(rows)}, 256))));`,
  );
  const answers = await program.ask(database, statements.join('\n'), attempt);
  const contents = (answers as (readonly [number, string])[]).map(([rows, digest], index) => ({
    name: queries[index]?.name ?? '',
    rows,
    digest,
    method: METHOD,
  }));
  return { contents, notes };
}

/** Throws: VerificationFailed */
async function checkIntegrity(
  program: SqliteProgram,
  database: OpenedDatabase,
  attempt: Attempt,
): Promise<string[]> {
  const sql = 'SELECT json_group_array(integrity_check) FROM pragma_integrity_check;';
  const { answer, lacked } = await orLacking(program.ask(database, sql, attempt));
  if (lacked !== undefined) {
    return [`The indexes of ${database.name} were not checked: SQLite says ${lacked}.`];
  }
  const [complaints] = answer as [readonly string[]];
  if (complaints.length === 1 && complaints[0] === 'ok') return [];
  const more = complaints.length > TOLD ? `; and ${complaints.length - TOLD} more` : '';
  throw new AdapterError(
    'VerificationFailed',
    `${database.name} is damaged; SQLite's integrity_check says: ${complaints.slice(0, TOLD).join('; ')}${more}`,
    { advice: "Restore an older recovery point, or rescue what is there by sqlite3's `.recover`." },
  );
}

/** Told only: SQLite does not enforce foreign keys unless the application asks for it. */
async function checkForeignKeys(
  program: SqliteProgram,
  database: OpenedDatabase,
  attempt: Attempt,
): Promise<string[]> {
  const sql = 'SELECT json_group_array("table") FROM pragma_foreign_key_check;';
  const { answer, lacked } = await orLacking(program.ask(database, sql, attempt));
  if (lacked !== undefined) {
    return [`The foreign keys of ${database.name} were not checked: SQLite says ${lacked}.`];
  }
  const [tables] = answer as [readonly string[]];
  if (tables.length === 0) return [];
  const named = [...new Set(tables)].slice(0, TOLD).join(', ');
  return [
    `${tables.length.toLocaleString('en-GB')} row(s) of ${database.name} refer to rows that are not there, in ${named}. SQLite lets an application do so.`,
  ];
}

/** The answer, or what SQLite complains not to have here. */
export async function orLacking<Answer>(
  work: Promise<Answer>,
): Promise<{ readonly answer?: Answer; readonly lacked?: string }> {
  try {
    return { answer: await work };
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error;
    const [lacked] = ONLY_THE_APPLICATION_HAS.exec(error.evidence.stderrTail ?? '') ?? [];
    if (lacked === undefined) throw error;
    return { lacked };
  }
}

function countOf(table: string): string {
  return `SELECT count(*) FROM ${identifier(table)} NOT INDEXED`;
}

/**
 * `NOT INDEXED` and the plain comparison: an index, or an order that only the application knows, is not needed, and the
 * order is the same wherever the same file is read.
 */
function rowsOf({ name, columns, key }: Table): string {
  const isWithoutRowid = key.length > 0 && !key.some(([, cid]) => cid === -1);
  const names = columns.map(identifier);
  if (isWithoutRowid) {
    const order = key
      .filter(([, , isKey]) => isKey === 1)
      .sort(([left], [right]) => left - right)
      .map(([, , , column]) => `${identifier(column)} COLLATE BINARY`);
    return `SELECT ${names.join(', ')} FROM ${identifier(name)} ORDER BY ${order.join(', ')}`;
  }
  const taken = new Set(columns.map((column) => column.toLowerCase()));
  const rowid = ['rowid', '_rowid_', 'oid'].find((alias) => !taken.has(alias));
  // Where columns have taken all of its names it cannot be told; the rows come in its order all the same.
  if (rowid === undefined) return `SELECT ${names.join(', ')} FROM ${identifier(name)} NOT INDEXED`;
  return `SELECT ${[rowid, ...names].join(', ')} FROM ${identifier(name)} NOT INDEXED ORDER BY ${rowid}`;
}
