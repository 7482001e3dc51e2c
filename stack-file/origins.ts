import type { LoadedStack } from './read-stack';
import { nodeAt, valuePlace } from './tree';
import type { Path, TreeNode } from './tree';
import { yamlText } from './yaml-text';

/** One value of the stack file as it is in force, and where it was written. */
export interface ExplainedValue {
  readonly path: Path;
  /** Text, number, boolean, or a whole list. */
  readonly value: unknown;
  /** `pawl.yaml:7:11`, or `default`. */
  readonly origin: string;
}

/** Every value in force, in the order of the schema. Secrets are references, so that nothing needs to be masked. */
export function explainStack(loaded: LoadedStack): readonly ExplainedValue[] {
  return leaves(loaded.document, []).map(({ path, value }) => {
    return { path, value, origin: originOf(loaded.written, path) };
  });
}

function leaves(value: unknown, path: Path): readonly { path: Path; value: unknown }[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [{ path, value }];
  const entries = Object.entries(value);
  if (entries.length === 0) return [{ path, value }];
  return entries.flatMap(([key, below]) => leaves(below, [...path, key]));
}

function originOf(written: TreeNode, path: Path): string {
  if (!nodeAt(written, path)) return 'default';
  const { source, line, column } = valuePlace(written, path);
  return `${source.name}:${line}:${column}`;
}

/** The same as YAML that pawl reads again, with each origin as a comment. */
export function renderExplanation(values: readonly ExplainedValue[]): string {
  const lines = values.flatMap((entry, index) => linesOf(entry, values[index - 1]?.path ?? []));
  const widest = Math.max(0, ...lines.map(({ text, origin }) => (origin ? text.length : 0)));
  const column = Math.min(widest, WIDEST_VALUE);
  return lines
    .map(({ text, origin }) => (origin ? `${text.padEnd(column)}  # ${origin}` : text))
    .join('\n');
}

/** A longer value pushes only its own comment to the right. */
const WIDEST_VALUE = 60;

/** The keys on the way to a value that the value before it has not opened already, then the value. */
function linesOf(
  { path, value, origin }: ExplainedValue,
  before: Path,
): { text: string; origin?: string }[] {
  const shared = path.findIndex((key, depth) => key !== before[depth]);
  return path.slice(shared).map((key, index) => {
    const depth = shared + index;
    const text = `${'  '.repeat(depth)}${yamlText(key)}:`;
    return depth === path.length - 1 ? { text: `${text} ${yamlText(value)}`, origin } : { text };
  });
}
