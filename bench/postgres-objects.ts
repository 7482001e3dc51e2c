/*
 * Every kind of object, and databases that are odd by what they are, by `pg_dump | pg_restore` and by pawl on one server.
 * Writes docs/engines/postgres-objects.md.
 *
 *   npm run bench -- postgres-objects          all, and the page
 *   npm run bench -- postgres-objects ascii    odd databases by name
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare, lacks, type Comparison } from '../test/adapters/postgres/objects/beside-pg-dump';
import { KINDS, ROLES, schemaOf } from '../test/adapters/postgres/objects/kinds';
import { ODD_DATABASES, type OddDatabase } from '../test/adapters/postgres/objects/odd-databases';
import { startPostgresBench, type PostgresBench } from '../test/adapters/postgres/postgres-bench';
import { table } from './support/figures';

const PAGE = join(__dirname, '..', 'docs', 'engines', 'postgres-objects.md');

type Row = readonly [what: string, pieces: string, plain: string, pawl: string];

async function main(): Promise<void> {
  const bench = await startPostgresBench();
  try {
    await bench.server.query(ROLES);
    const kinds = await rowsOfKinds(bench);
    const databases: Row[] = [];
    const chosen = process.argv.slice(2);
    for (const odd of ODD_DATABASES.filter(
      ({ name }) => chosen.length === 0 || chosen.includes(name),
    ))
      databases.push(await rowOf(bench, odd));
    if (chosen.length === 0) writeFileSync(PAGE, page(kinds, databases));
    table(
      [...HEADER],
      [...kinds, ...databases].map((row) => [...row]),
    );
  } finally {
    await bench.stop();
  }
}

async function rowsOfKinds(bench: PostgresBench): Promise<Row[]> {
  await bench.seed('kinds', 'nothing');
  const client = await bench.server.connect('kinds');
  for (const [place, { sql }] of KINDS.entries()) {
    const schema = schemaOf(place);
    await client.query(`create schema ${schema}; ${sql(schema)}`);
  }
  await client.end();
  const comparison = await compare(bench, 'kinds', 'template template0');
  return KINDS.map(({ title }, place) => {
    const name = new RegExp(`\\b${schemaOf(place)}(\\b|_)`);
    return [title, ...figures(comparison, (piece) => name.test(piece))];
  });
}

async function rowOf(bench: PostgresBench, odd: OddDatabase): Promise<Row> {
  const { server } = bench;
  const name = `"${odd.name.replaceAll('"', '""')}"`;
  await server.query(`create database ${name} ${odd.options}`);
  if (odd.content !== '') await server.query(odd.content, odd.name);
  const client = await server.connect();
  for (const setting of odd.settings) {
    for (const statement of setting.replace('DB', name).replace('USER', server.user).split('; ')) {
      await client.query(statement);
    }
  }
  await client.end();
  console.error(odd.title);
  const comparison = await compare(bench, odd.name, odd.options, odd.wish);
  return [odd.title, ...figures(comparison, () => true)];
}

/** Pieces of the dump of the source, and how many of them came back the same. */
function figures(
  { source, plain, pawl }: Comparison,
  belongs: (piece: string) => boolean,
): [string, string, string] {
  const own = new Map([...source].filter(([name, text]) => belongs(`${name}\n${text}`)));
  const said = (restored: Comparison['plain']): string => {
    const missing = lacks(own, restored);
    if (missing.length === 0) return 'all';
    const [first = ''] = missing;
    const why = restored.contents.size === 0 ? `: ${restored.complaint ?? ''}` : `: other ${first}`;
    return `${own.size - missing.length}${why.slice(0, 160)}`;
  };
  return [String(own.size), said(plain), said(pawl)];
}

const HEADER = ['', 'pieces', 'pg_dump | pg_restore', 'pawl'];

function page(kinds: readonly Row[], databases: readonly Row[]): string {
  const lines = (rows: readonly Row[]) =>
    [HEADER, HEADER.map(() => '---'), ...rows]
      .map(
        (row) =>
          `| ${row.map((cell) => cell.replaceAll('|', '\\|').replace(/\s+/g, ' ')).join(' | ')} |`,
      )
      .join('\n');
  return `# What pawl brings back of a PostgreSQL database

Made by \`npm run bench -- postgres-objects\`, which makes all of this on one server of PostgreSQL 15, restores it by
\`pg_dump -Fc | pg_restore\` and by pawl's engine, and compares the two with the source: each piece of \`pg_dump\`'s text (a definition,
the rows of a table in order, a sequence's position, a right, a comment), and the rows of materialised views. \`all\` means that every
piece came back the same.

Two differences are those of \`pg_dump\` itself: rows of a hash partition of an enum may come into another partition, and a table that
inherits from several gets its columns in another order. Security labels are not in the list: no provider of them is at hand. A plain restore into an existing
database brings none of its own settings, such as the time zone by which times are printed.

## Kinds of objects, in one database

${lines(kinds)}

## Odd databases

${lines(databases)}
`;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
