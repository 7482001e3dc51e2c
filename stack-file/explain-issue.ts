import { z } from 'zod';
import { printable, quoted } from './printable';
import type { Finding } from './problem';
import { stackSchema } from './schema';
import { knownKeys, schemaAt, tagThatTakes } from './schema-lookup';
import { didYouMean } from './suggest';
import { keyPlace, nodeAt, valuePlace } from './tree';
import type { Path, TreeNode } from './tree';
import { DURATION_WORDS, PERCENT_WORDS, SECRET_RULE, secretReference, SHARE_WORDS } from './values';

type Issue = z.core.$ZodIssue;

/** Says what the schema found wrong in words that name the file's own keys, places and remedies. */
export function explainIssue(issue: Issue, root: TreeNode, above: Path = []): readonly Finding[] {
  const path = [...above, ...(issue.path as Path)];
  const place = valuePlace(root, path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey([...path, key], root));
  }
  if (issue.code === 'invalid_union') return explainUnion(issue, root, path);
  if (issue.code === 'invalid_type') {
    return [{ place, path, message: wrongType(issue.expected, root, path) }];
  }
  if (issue.code === 'invalid_value') {
    return [{ place, path, message: wrongWord(issue.values, root, path) }];
  }
  // All other checks of the schema carry a message of their own.
  return [{ place, path, message: issue.message }];
}

function unknownKey(path: Path, root: TreeNode): Finding {
  const owner = path.slice(0, -1);
  const key = String(path.at(-1));
  const tag = tagThatTakes(stackSchema, owner, root, key);
  const message =
    tag === undefined
      ? `unknown key${didYouMean(key, knownKeys(schemaAt(stackSchema, owner, root)))}`
      : `belongs to ${quoted(tag)}`;
  return { place: keyPlace(root, path), path, message };
}

function explainUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  root: TreeNode,
  path: Path,
): readonly Finding[] {
  if ('options' in issue) {
    const message = wrongWord(issue.options ?? [], root, path);
    return [{ place: valuePlace(root, path), path, message }];
  }
  // The branch that the value's own type chose is the one that was meant.
  const meant = issue.errors.find((errors) => {
    return !errors.some((error) => error.code === 'invalid_type' && error.path.length === 0);
  });
  if (meant) return meant.flatMap((error) => explainIssue(error, root, path));
  const takesMap = issue.errors
    .flat()
    .some((error) => 'expected' in error && error.expected === 'object');
  const message = wrongType(takesMap ? 'text or map' : 'one value', root, path);
  return [{ place: valuePlace(root, path), path, message }];
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  array: 'a list, such as `[one, two]`',
  object: 'a map of keys and values',
  record: 'a map of names and values',
  'text or map': 'text, or the map `{all: true}`',
  'one value': 'text, a number, `true` or `false`',
};

/** Text of a kind, by the schema's title. */
const KIND_WORDS: Readonly<Record<string, string>> = {
  duration: DURATION_WORDS,
  percentage: PERCENT_WORDS,
  share: SHARE_WORDS,
};

function wrongType(expected: string, root: TreeNode, path: Path): string {
  const node = nodeAt(root, path);
  const schema = schemaAt(stackSchema, path, root);
  if (!node) return `is missing${purpose(schema)}`;
  if (isSecret(schema)) return SECRET_RULE;
  const kind = schema && kindWords(schema);
  const wanted = kind ?? TYPE_WORDS[expected] ?? expected;
  if (node.kind !== 'scalar') {
    return `must be ${wanted}, not a ${node.kind === 'list' ? 'list' : 'map'}`;
  }
  if (node.value === null) return `has no value; it must be ${wanted}`;
  // Inside a secret reference even a mistake may be the secret itself.
  if (isSecret(schemaAt(stackSchema, path.slice(0, -1), root))) return `must be ${wanted}`;
  return `must be ${wanted}, not ${quoted(node.written)}${kind === undefined ? remedy(expected, node.written) : ''}`;
}

function remedy(expected: string, written: string): string {
  if (expected === 'array') return `; write \`[${printable(written)}]\``;
  const isText = expected === 'string' || expected === 'text or map';
  return isText ? `; write \`'${printable(written)}'\`` : '';
}

/** By its shape: `meta` copies a schema. */
function isSecret(schema: z.core.$ZodType | undefined): boolean {
  return schema instanceof z.ZodObject && schema.shape === secretReference.shape;
}

function kindWords(schema: z.core.$ZodType): string | undefined {
  return KIND_WORDS[z.globalRegistry.get(schema)?.title ?? ''];
}

function wrongWord(words: readonly unknown[], root: TreeNode, path: Path): string {
  const node = nodeAt(root, path);
  const list = words.map(quoted).join(', ');
  const choice = words.length === 1 ? `must be ${list}` : `must be one of ${list}`;
  if (!node) return `is missing; it ${choice}`;
  if (node.kind !== 'scalar' || node.value === null) return choice;
  if (words.length === 1) return `${choice}, not ${quoted(node.value)}`;
  return `${quoted(node.value)} is not known here${didYouMean(String(node.value), words.map(String))}`;
}

/** What the missing key is for, from its description in the schema. */
function purpose(schema: z.core.$ZodType | undefined): string {
  const about = schema && z.globalRegistry.get(schema)?.description;
  return about === undefined ? '' : `: ${about.replace(/\.$/, '')}`;
}
