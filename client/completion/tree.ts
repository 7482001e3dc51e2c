import type { RootCommand } from '@bomb.sh/tab';
import type { CommandSpec, OperandSpec } from '../command';
import { GLOBAL_OPTIONS } from '../global-options';

/** What is only known when TAB is pressed. */
type Values = Readonly<Record<NonNullable<OperandSpec['complete']>, () => readonly string[]>>;
type Node = ReturnType<RootCommand['command']>;

/** The command table as the completion library wants it. What the stack file has is asked only where it is completed. */
export async function completionTree(
  table: readonly CommandSpec[],
  namesIn: (section: 'protect' | 'deploy') => readonly string[],
): Promise<RootCommand> {
  const tab = await import('@bomb.sh/tab');
  const root = new tab.RootCommand();
  addOptions(root, GLOBAL_OPTIONS);
  const commandNames = () => visible(table).map(({ name }) => name);
  const values = {
    part: () => namesIn('protect'),
    service: () => namesIn('deploy'),
    command: commandNames,
  };
  for (const spec of visible(table)) addCommand(root, spec, '', values);
  return root;
}

function addCommand(root: RootCommand, spec: CommandSpec, above: string, values: Values): void {
  const path = `${above}${spec.name}`;
  const node = root.command(path, spec.about);
  if (!spec.passThrough) addOptions(node, [...(spec.options ?? []), ...GLOBAL_OPTIONS]);
  for (const operand of spec.operands ?? []) addOperand(node, operand, values);
  for (const inner of visible(spec.subcommands ?? [])) {
    addCommand(root, inner, `${path} `, values);
  }
}

function addOperand(node: Node, operand: OperandSpec, values: Values): void {
  const variadic = operand.usage.includes('...');
  const { choices, complete: kind } = operand;
  const offered = () => choices ?? (kind === undefined ? [] : values[kind]());
  node.argument(
    operand.usage,
    (complete) => {
      for (const value of offered()) complete(value, operand.choices ? '' : operand.about);
    },
    variadic,
  );
}

/** `-f, --file <path>` → long name, letter, and whether a value follows. */
function addOptions(node: Node, options: NonNullable<CommandSpec['options']>): void {
  for (const [flags, about] of options) {
    const [, letter, name, value] = /^(?:-(\w), )?--([\w-]+)( <.*)?$/.exec(flags) ?? [];
    if (name === undefined || node.options.has(name)) continue;
    const taken = [...node.options.values()].some(({ alias }) => alias === letter);
    const alias = taken ? undefined : letter;
    // The library takes an option with a handler for one with a value.
    if (value === undefined) node.option(name, about, alias);
    else node.option(name, about, () => undefined, alias);
  }
}

function visible(specs: readonly CommandSpec[]): readonly CommandSpec[] {
  return specs.filter(({ hidden }) => !hidden);
}
