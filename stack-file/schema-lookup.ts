import { z } from 'zod';
import { nodeAt } from './tree';
import type { Path, TreeNode } from './tree';

/** The schema of the value at `path`, without its wrappers; `undefined` where the file leaves the schema. */
export function schemaAt(
  schema: z.core.$ZodType,
  path: Path,
  root: TreeNode,
): z.core.$ZodType | undefined {
  const found = wholeSchemaAt(schema, path, root);
  return found && chooseBranch(found, root, path);
}

/** As `schemaAt`, with all that the value might have been where its tag (`engine`, `strategy`) chooses. */
function wholeSchemaAt(
  schema: z.core.$ZodType,
  path: Path,
  root: TreeNode,
): z.core.$ZodType | undefined {
  return path.reduce<z.core.$ZodType | undefined>((current, step, index) => {
    const owner = current && chooseBranch(current, root, path.slice(0, index));
    return owner && stepInto(owner, step);
  }, schema);
}

/**
 * `strategy: switch` for a key that only the maps with that tag take, whether they are at `path` or around it; nothing where
 * no other map takes it.
 */
export function tagThatTakes(
  schema: z.core.$ZodType,
  path: Path,
  root: TreeNode,
  key: string,
): string | undefined {
  const tagged = path.findLastIndex((_, index) => isTagged(schema, path.slice(0, index + 1), root));
  const found = wholeSchemaAt(schema, path.slice(0, tagged + 1), root);
  const plain = found && unwrap(found);
  if (!(plain instanceof z.ZodDiscriminatedUnion)) return undefined;
  const { discriminator } = plain.def;
  const below = path.slice(tagged + 1);
  const takers = plain.options.filter((option) => knownKeys(mapBelow(option, below)).includes(key));
  const tags = takers.flatMap((option) => {
    const literal: unknown = option instanceof z.ZodObject && option.shape[discriminator];
    return literal instanceof z.ZodLiteral ? [String(literal.value)] : [];
  });
  return tags.length === 0 ? undefined : `${discriminator}: ${tags.join(' | ')}`;
}

function isTagged(schema: z.core.$ZodType, path: Path, root: TreeNode): boolean {
  const found = wholeSchemaAt(schema, path, root);
  return found !== undefined && unwrap(found) instanceof z.ZodDiscriminatedUnion;
}

/** Undefined where it chooses again: what the file has there was written for another tag. */
function mapBelow(option: z.core.$ZodType, path: Path): z.core.$ZodType | undefined {
  return path.reduce<z.core.$ZodType | undefined>((current, step) => {
    const below = current && stepInto(current, step);
    return below && unwrap(below);
  }, option);
}

export function knownKeys(schema: z.core.$ZodType | undefined): readonly string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  const wrapped =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault;
  return wrapped ? unwrap(schema.unwrap()) : schema;
}

function stepInto(schema: z.core.$ZodType, step: string | number): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodObject) {
    const key: unknown = Object.hasOwn(schema.shape, step) ? schema.shape[step] : undefined;
    return key instanceof z.ZodType ? key : undefined;
  }
  if (schema instanceof z.ZodRecord) return schema.valueType;
  if (schema instanceof z.ZodArray) return schema.element;
  return undefined;
}

/** An entry's schema follows from its engine; text or a map (`database`) from what stands there. */
function chooseBranch(
  schema: z.core.$ZodType,
  root: TreeNode,
  path: Path,
): z.core.$ZodType | undefined {
  const plain = unwrap(schema);
  if (!(plain instanceof z.ZodUnion)) return plain;
  const objects = plain.options.filter((option) => option instanceof z.ZodObject);
  if (!(plain instanceof z.ZodDiscriminatedUnion)) return objects[0];
  const tag = nodeAt(root, [...path, plain.def.discriminator]);
  return objects.find((option) => {
    const literal: unknown = option.shape[plain.def.discriminator];
    return literal instanceof z.ZodLiteral && tag?.kind === 'scalar' && literal.value === tag.value;
  });
}
