/** What a program does, told so that a shell can do it and a simulated container too. */
export interface Deed {
  readonly writes?: string;
  /** On standard error. */
  readonly complains?: string;
  /** Absent: it ends at once. */
  readonly afterMilliseconds?: number;
  readonly exitCode?: number;
}

/** A running program. */
export interface Program {
  readonly stdout: string;
  readonly stderr: string;
  /** Absent: it runs until it is stopped. */
  readonly end?: { readonly afterMilliseconds: number; readonly exitCode: number };
  /** Status of its answer, so many milliseconds after its start. */
  readonly status: (path: string, afterMilliseconds: number) => number;
  readonly failPercent: number;
  readonly answerMilliseconds: number;
}

/** Of what a container is made of. */
export interface ProgramSource {
  readonly version: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  /** What an application's own migrations change. */
  readonly schema: { revision: string };
}

export type Programs = (source: ProgramSource) => Program;

const DEED = 'deed';

/** The command of a simulated container that does this. */
export function deed(does: Deed): readonly string[] {
  return [DEED, JSON.stringify(does)];
}

/** The command of a real one. */
export function deedInShell({ writes, complains, afterMilliseconds = 0, exitCode = 0 }: Deed) {
  const said = writes === undefined ? [] : [`echo '${writes}'`];
  const complaint = complains === undefined ? [] : [`echo '${complains}' >&2`];
  const sleep = afterMilliseconds === 0 ? [] : [`sleep ${afterMilliseconds / 1000}`];
  return ['sh', '-c', [...said, ...complaint, ...sleep, `exit ${exitCode}`].join('; ')];
}

/** As test/images/app has it: the application, and its migrations. */
export const testApplication: Programs = (source) => {
  const [program = '', verb = '', argument = ''] = source.command;
  if (program === DEED) return doing(JSON.parse(verb) as Deed);
  if (program === 'migrate') return migrating(source.schema, verb, argument);
  return answering(source);
};

function doing({ writes, complains, afterMilliseconds = 0, exitCode = 0 }: Deed): Program {
  const end = { afterMilliseconds, exitCode };
  return { ...SILENT, stdout: lineOf(writes), stderr: lineOf(complains), end };
}

function migrating(schema: ProgramSource['schema'], verb: string, argument: string): Program {
  const before = schema.revision;
  switch (verb) {
    case 'up':
    case 'down':
      schema.revision = argument;
      return doing({ writes: `${before} -> ${argument}` });
    case 'head':
      return doing({ writes: before });
    case 'fail':
      schema.revision = `${before}-and-a-half`;
      return doing({ complains: 'the second half cannot be done', exitCode: 3 });
    case 'sleep':
      return doing({ afterMilliseconds: Number(argument) * 1000 });
    default:
      return doing({ complains: `no such verb: ${verb}`, exitCode: 2 });
  }
}

function answering({ version, environment: env }: ProgramSource): Program {
  const dies = Number(env['DIE_AFTER_MS'] ?? Infinity);
  const healthyAfter = Number(env['HEALTH_AFTER_MS'] ?? 0);
  const delay = Number(env['DELAY_MS'] ?? 1) * Number(env['SLOW_FACTOR'] ?? 1);
  return {
    stdout: `version ${version}\n`,
    stderr: '',
    ...(dies === Infinity ? {} : { end: { afterMilliseconds: dies, exitCode: 1 } }),
    status: (path, afterMilliseconds) => {
      if (!path.startsWith('/healthz')) return 200;
      return env['HEALTH'] !== 'never' && afterMilliseconds >= healthyAfter ? 200 : 503;
    },
    failPercent: Number(env['FAIL_PERCENT'] ?? 0),
    answerMilliseconds: delay,
  };
}

const SILENT = { status: () => 0, failPercent: 0, answerMilliseconds: 0 };

function lineOf(text: string | undefined): string {
  return text === undefined ? '' : `${text}\n`;
}
