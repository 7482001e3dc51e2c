import type { RootCommand } from '@bomb.sh/tab';
import type { CommandSpec, OperandSpec } from '../command';
import { GLOBAL_OPTIONS } from '../global-options';

type Node = ReturnType<RootCommand['command']>;

/** The command table as the completion library wants it. `partNames` is asked only where parts are completed. */
export async function completionTree(partNames: () => readonly string[]): Promise<RootCommand> {
  const tab = await import('@bomb.sh/tab');
  const root = new tab.RootCommand();
  addOptions(root, GLOBAL_OPTIONS);
  for (const spec of visible(COMMANDS)) addCommand(root, spec, '', partNames);
  return root;
}

function addCommand(
  root: RootCommand,
  spec: CommandSpec,
  above: string,
  partNames: () => readonly string[],
): void {
  const path = `${above}${spec.name}`;
  const node = root.command(path, spec.about);
  if (!spec.passThrough) addOptions(node, [...(spec.options ?? []), ...GLOBAL_OPTIONS]);
  for (const operand of spec.operands ?? []) addOperand(node, operand, partNames);
  for (const inner of visible(spec.subcommands ?? [])) {
    addCommand(root, inner, `${path} `, partNames);
  }
}

function addOperand(node: Node, operand: OperandSpec, partNames: () => readonly string[]): void {
  const variadic = operand.usage.includes('...');
  const values = () => operand.choices ?? offered(operand, partNames);
  node.argument(
    operand.usage,
    (complete) => {
      for (const value of values()) complete(value, operand.choices ? '' : operand.about);
    },
    variadic,
  );
}

function offered({ complete }: OperandSpec, partNames: () => readonly string[]): readonly string[] {
  if (complete === 'part') return partNames();
  return complete === 'command' ? visible(COMMANDS).map(({ name }) => name) : [];
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
