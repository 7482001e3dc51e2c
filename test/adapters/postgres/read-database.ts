import { createHash } from 'node:crypto';
import type { BenchServer } from './postgres-bench';

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** All rows as text, all sequences and large objects: computed apart from the engine's own digests. */
export async function readDatabase(server: BenchServer, database: string): Promise<string> {
  const client = await server.connect(database);
  try {
    const { rows: tables } = await client.query<{ schema: string; name: string; kind: string }>(
      `select nspname as schema, relname as name, relkind as kind
       from pg_class c join pg_namespace n on n.oid = relnamespace
       where relkind in ('r', 'm', 'S') and nspname !~ '^pg_' and nspname <> 'information_schema'
       order by 1, 2`,
    );
    const contents: string[] = [];
    for (const { schema, name, kind } of tables) {
      const table = `${identifier(schema)}.${identifier(name)}`;
      const row = kind === 'S' ? "last_value || ' ' || is_called" : 'to_jsonb(t)::text';
      const { rows } = await client.query<{ row: string }>(
        `select ${row} as row from ${kind === 'r' ? 'only' : ''} ${table} t order by 1`,
      );
      contents.push(`${table} ${rows.length} ${hash(rows.map(({ row }) => row).join('\n'))}`);
    }
    const { rows: objects } = await client.query<{ oid: number; bytes: Buffer }>(
      `select oid, lo_get(oid) as bytes from pg_largeobject_metadata order by oid`,
    );
    contents.push(
      ...objects.map(({ oid, bytes }) => `large ${oid} ${bytes.length} ${hash(bytes)}`),
    );
    return contents.join('\n');
  } finally {
    await client.end();
  }
}

function hash(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
