import { parseArgs } from 'node:util';

/** One setting of a process: a flag, the environment variable behind it, and what is true without both. */
export interface Setting<Value> {
  readonly flag: string;
  readonly variable?: string;
  /** Placeholder in the help, such as `NAME`; a setting without one is a switch. */
  readonly placeholder?: string;
  readonly about: string;
  /** Said in the help; may depend on the machine. */
  readonly fallback?: (env: Environment) => string;
  /** Throws an Error whose message ends the sentence `--flag: …`. */
  parse(text: string): Value;
}

export type Environment = Readonly<Record<string, string | undefined>>;

// `any`: a table mixes settings of different values, and `parse` takes part in their variance.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Settings = Readonly<Record<string, Setting<any>>>;

/** A setting without a fallback may be absent. */
export type Values<Table extends Settings> = {
  readonly [Name in keyof Table]: Table[Name] extends Setting<infer Value>
    ? Table[Name] extends { readonly fallback: object }
      ? Value
      : Value | undefined
    : never;
};

/** What was asked for cannot be done: exit code 2. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads settings: a flag wins over its variable, and an empty variable counts as absent.
 * Throws: ConfigError that names every bad one at once
 */
export function readSettings<Table extends Settings>(
  table: Table,
  argv: readonly string[],
  env: Environment,
): Values<Table> {
  const flags = readFlags(table, argv);
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(table)) {
    const given = giver(setting, flags, env);
    const text = given?.text ?? setting.fallback?.(env);
    try {
      values[name] = text === undefined ? undefined : setting.parse(text);
    } catch (error) {
      const told = given?.text === undefined ? '' : ` (given: ${JSON.stringify(given.text)})`;
      problems.push(`${given?.source ?? setting.flag}: ${(error as Error).message}${told}`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return values as Values<Table>;
}

/** As wide as help is printed, also on a wider terminal. */
const HELP_COLUMNS = 100;

/** Of standard output. */
function helpColumns(): number {
  // Undefined where it is no terminal, whatever its type says.
  const columns = process.stdout.columns as number | undefined;
  return Math.min(columns ?? HELP_COLUMNS, HELP_COLUMNS);
}

/** The `Options:` of `--help`. */
export function describeSettings(
  table: Settings,
  env: Environment,
  columns: number = helpColumns(),
): string {
  const rows = Object.values(table).map((setting) => ({
    left: `--${setting.flag}${setting.placeholder === undefined ? '' : ` ${setting.placeholder}`}`,
    right: [setting.about, origin(setting, env)].filter(Boolean).join(' '),
  }));
  const width = Math.max(...rows.map((row) => row.left.length));
  const indent = `\n${' '.repeat(width + 4)}`;
  return rows
    .map(({ left, right }) => {
      const lines = wrapHelp(right, columns - width - 4);
      return `  ${left.padEnd(width)}  ${lines.join(indent)}`;
    })
    .join('\n');
}

/** Breaks a text of `--help` between words. */
export function wrapHelp(text: string, columns: number = helpColumns()): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

function origin(setting: Setting<unknown>, env: Environment): string {
  const parts = [setting.variable, setting.fallback && `default ${setting.fallback(env)}`];
  const told = parts.filter(Boolean).join(', ');
  return told === '' ? '' : `[${told}]`;
}

function giver(
  setting: Setting<unknown>,
  flags: Readonly<Record<string, string | boolean | undefined>>,
  env: Environment,
): { source: string; text: string } | undefined {
  const flag = flags[setting.flag];
  if (flag !== undefined) return { source: `--${setting.flag}`, text: String(flag) };
  const variable = setting.variable === undefined ? undefined : env[setting.variable];
  if (variable === undefined || variable === '') return undefined;
  return { source: setting.variable ?? '', text: variable };
}

function readFlags(
  table: Settings,
  argv: readonly string[],
): Readonly<Record<string, string | boolean | undefined>> {
  const options = Object.fromEntries(
    Object.values(table).map(({ flag, placeholder }) => [
      flag,
      { type: placeholder === undefined ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  try {
    return parseArgs({ args: [...argv], options, strict: true }).values;
  } catch (error) {
    throw new ConfigError((error as Error).message);
  }
}
