import { Argument, Command, Option } from 'commander';
import type { CommandSpec, Flags, GlobalOptions } from './command';
import { GLOBAL_OPTIONS } from './global-options';
import { ofThisProcess, type OutputStream, type Surroundings } from './surroundings';
import type { Package } from './version';

/** What the command line asks for. */
export interface Request {
  readonly spec: CommandSpec;
  readonly operands: readonly string[];
  readonly flags: Flags;
  readonly globals: GlobalOptions;
}

const HELP_COLUMNS = 100;

const EXAMPLES: CommandSpec['examples'] = [
  ['pawl server', 'start Temporal, its UI and a worker on this machine'],
  ['pawl doctor', 'is everything there?'],
  ['pawl backup --init', 'save a recovery point'],
  ['pawl deploy', 'release what the Compose file says now'],
  ['pawl restore accounts --into accounts_copy', 'bring one part back, beside the working one'],
];

/** The command tree; `onRequest` is called with what was asked. Loads no command's code. */
export function buildProgram(
  { version }: Pick<Package, 'version'>,
  table: readonly CommandSpec[],
  onRequest: (request: Request) => void,
  { stdout, stderr }: Pick<Surroundings, 'stdout' | 'stderr'> = ofThisProcess(),
): Command {
  const program = new Command('pawl')
    .description('Durable runbooks for self-hosted applications')
    .version(version, '-V, --version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .showHelpAfterError('(pawl --help lists commands and options)')
    .configureHelp({ subcommandTerm: withoutOptions })
    .exitOverride();
  program.configureOutput({
    writeOut: (text) => stdout.write(text),
    writeErr: (text) => stderr.write(text),
    outputError: writeUsageError,
    getOutHelpWidth: () => helpWidth(stdout),
  });
  addGlobalOptions(program, new Set());
  program.addHelpText('afterAll', '\nDocumentation: pawl help pages');
  describe(program, EXAMPLES);
  for (const spec of table) addCommand(program, spec, onRequest);
  return program;
}

function addCommand(
  parent: Command,
  spec: CommandSpec,
  onRequest: (request: Request) => void,
): void {
  const command = parent.command(spec.name, { hidden: spec.hidden ?? false });
  command.showHelpAfterError(`(\`${helpOf(command)}\` shows its arguments and options)`);
  command.description(spec.about).helpGroup(spec.group ?? 'Commands:');
  // A group without an action would list itself with a `help` command; `pawl help` covers it.
  command.helpCommand(false);
  describe(command, spec.examples);
  if (spec.passThrough) passThrough(command);
  else addOptions(command, spec);
  for (const subcommand of spec.subcommands ?? []) addCommand(command, subcommand, onRequest);
  if (!spec.load) return;
  command.action(() => {
    onRequest({ spec, operands: command.args, ...readOptions(command) });
  });
}

/** `pawl help restore confirm` */
export function helpOf(command: Command): string {
  const names: string[] = [];
  for (let at = command; at.parent; at = at.parent) names.unshift(at.name());
  return ['pawl help', ...names].join(' ');
}

function addOptions(command: Command, spec: CommandSpec): void {
  for (const operand of spec.operands ?? []) {
    const argument = new Argument(operand.usage, operand.about);
    command.addArgument(operand.choices ? argument.choices(operand.choices) : argument);
  }
  for (const [flags, about, again] of spec.options ?? []) {
    if (again === undefined) command.option(flags, about);
    else command.option(flags, about, addValue);
  }
  addGlobalOptions(command, new Set(command.options.map((option) => option.short)));
}

/** Commander's own `<value...>` would take the operands that follow, too. */
function addValue(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** Not inherited by commander: every command takes them itself, without the letters it uses otherwise (`logs -f`). */
function addGlobalOptions(command: Command, taken: ReadonlySet<string | undefined>): void {
  for (const [flags, about] of GLOBAL_OPTIONS) {
    const whole = new Option(flags, about);
    const option = taken.has(whole.short) ? new Option(flags.replace(/^-\w, /, ''), about) : whole;
    command.addOption(option.helpGroup('Global options:'));
  }
}

function passThrough(command: Command): void {
  command.argument('[arguments...]').allowUnknownOption().passThroughOptions().helpOption(false);
}

function readOptions(command: Command): { flags: Flags; globals: GlobalOptions } {
  const chain: Command[] = [];
  for (let at: Command | null = command; at; at = at.parent) chain.unshift(at);
  const given: Record<string, unknown> = {};
  for (const level of chain) {
    for (const [name, value] of Object.entries(level.opts())) {
      // `--no-color` and `--no-wait` are true unless given: an inner default must not hide an outer choice.
      if (level.getOptionValueSource(name) !== 'default') given[name] = value;
    }
  }
  return { flags: given, globals: given };
}

function describe(command: Command, examples: CommandSpec['examples'] = []): void {
  const width = Math.max(0, ...examples.map(([example]) => example.length));
  const lines = examples.map(([example, about]) =>
    `  ${example.padEnd(width)}  ${about}`.trimEnd(),
  );
  if (lines.length > 0) command.addHelpText('before', `Examples:\n${lines.join('\n')}\n`);
}

/** Every command has options: `[options]` on each line of the list says nothing. */
function withoutOptions(command: Command): string {
  const operands = command.usage().replace('[options]', '').replace('[command]', '').trim();
  return `${command.name()} ${operands}`.trim();
}

/** Longer lines are hard to read, however wide the terminal is. */
function helpWidth({ columns = HELP_COLUMNS }: OutputStream): number {
  return Math.min(columns, HELP_COLUMNS);
}

function writeUsageError(text: string, write: (text: string) => void): void {
  write(text.replace(/^error: /, 'pawl: '));
}
