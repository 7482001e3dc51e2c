import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { stackSchema } from './schema';
import { yamlText } from './yaml-text';

/*
 * docs/stack-file.md and docs/pawl.schema.json, made from the schema: `npx tsx stack-file/generate-docs.ts`.
 * A unit test fails while they are stale.
 */

type JsonSchema = z.core.JSONSchema.JSONSchema;

export function jsonSchema(): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(stackSchema, { io: 'input' });
  const title = 'Stack file of pawl (pawl.yaml)';
  return { ...($schema && { $schema }), $id: 'urn:pawl:stack-file', title, ...rest };
}

/** The template, its `{{table SECTION}}` marks replaced. */
export function stackFileDocument(): string {
  const template = readFileSync(join(__dirname, 'stack-file.template.md'), 'utf8');
  const schema = jsonSchema();
  const note = '<!-- Generated from stack-file by generate-docs.ts: edit there. -->\n\n';
  return (
    note +
    template.replace(/^\{\{table ?(.*)\}\}$/gm, (_, path: string) => table(section(schema, path)))
  );
}

/** `protect.postgres.address`, `gates.before.http`: keys; below `protect` an engine, below `deploy` a strategy. */
function section(schema: JsonSchema, path: string): JsonSchema {
  return path
    .split('.')
    .filter((step) => step !== '')
    .reduce((current, step) => {
      const entry = current.additionalProperties as JsonSchema | undefined;
      const branches = entry?.oneOf ?? [];
      const byTag = branches.find(({ properties = {} }) => {
        return Object.keys(properties).some((key) => property({ properties }, key)?.const === step);
      });
      const items = current.items as JsonSchema | undefined;
      const found =
        byTag ?? property(current, step) ?? property(items, step) ?? property(entry, step);
      if (!found) throw new Error(`the template names ${path}, which is not in the schema`);
      return found;
    }, schema);
}

function property(schema: JsonSchema | boolean | undefined, key: string): JsonSchema | undefined {
  const found = typeof schema === 'object' ? schema.properties?.[key] : undefined;
  return typeof found === 'object' ? found : undefined;
}

/** Of a list or a map of names, what one of it is; of a value that may be a map, that map. */
function mapIn(found: JsonSchema): JsonSchema {
  const branch = found.anyOf?.find(({ properties }) => properties !== undefined);
  return (found.items ?? branch ?? found.additionalProperties ?? found) as JsonSchema;
}

function table(found: JsonSchema): string {
  const schema = found.properties ? found : mapIn(found);
  const rows = Object.keys(schema.properties ?? {}).map((key) => row(schema, key));
  return alignedTable([['key', 'type', 'default', 'meaning'], ...rows]);
}

function row(schema: JsonSchema, key: string): readonly string[] {
  const value = property(schema, key) ?? {};
  const example = value.examples?.[0];
  const meaning = [
    value.description ?? '',
    example === undefined ? '' : `Example: \`${yamlText(example)}\`.`,
  ];
  return [`\`${key}\``, typeName(value), defaultName(schema, key), meaning.join(' ').trim()];
}

function typeName(schema: JsonSchema): string {
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.title !== undefined) return TYPE_NAMES[schema.title] ?? schema.title;
  if (schema.type === 'array') return `list of ${typeName(schema.items as JsonSchema)}`;
  if (schema.type === 'boolean') return '`true` or `false`';
  if (schema.properties) return 'map';
  return typeof schema.additionalProperties === 'object' ? 'map of names' : 'text';
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  secret: '[secret](#secrets)',
  port: 'number, 1–65535',
  gate: '[gate](#gates)',
};

function defaultName(schema: JsonSchema, key: string): string {
  const value = property(schema, key)?.default;
  if (value === undefined) return schema.required?.includes(key) ? '**required**' : '';
  return typeof value === 'object' && Object.keys(value as object).length === 0
    ? ''
    : `\`${yamlText(value)}\``;
}

/** As Prettier would align it. */
function alignedTable(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((cellsOfRow) => cellsOfRow.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = (cells[0] ?? []).map((_, column) => {
    return Math.max(...cells.map((cellsOfRow) => cellsOfRow[column]?.length ?? 0));
  });
  const [head, ...body] = cells.map((cellsOfRow) => {
    return `| ${cellsOfRow.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  });
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [head, rule, ...body].join('\n');
}

if (require.main === module) {
  const docs = join(__dirname, '..', 'docs');
  writeFileSync(join(docs, 'stack-file.md'), stackFileDocument());
  writeFileSync(join(docs, 'pawl.schema.json'), `${JSON.stringify(jsonSchema(), null, 2)}\n`);
}
