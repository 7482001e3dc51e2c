import { z } from 'zod';
import { nodeAt } from './tree';
import type { Path, TreeNode } from './tree';

/** The schema of the value at `path`, without its wrappers; `undefined` where the file leaves the schema. */
export function schemaAt(
  schema: z.core.$ZodType,
  path: Path,
  root: TreeNode,
): z.core.$ZodType | undefined {
  return path.reduce<z.core.$ZodType | undefined>(
    (current, step, index) => {
      const next = current && stepInto(current, step);
      return next && chooseBranch(next, root, path.slice(0, index + 1));
    },
    chooseBranch(schema, root, []),
  );
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
