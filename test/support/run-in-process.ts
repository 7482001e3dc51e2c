import { Readable } from 'node:stream';
import type { runCli as RunCli } from '../../client/cli';
import { distFile } from '../../worker/dist-file';
import type { ProcessOptions, ProcessResult } from './run-process';

/** Of the Jest environment (measured-environment.cjs): a module loaded once for all suites that this process runs. */
declare const requireOutside: ((file: string) => unknown) | undefined;

/** Runs the command line as it was built, in this process: what it writes is collected, and nothing else is its own. */
export async function runInProcess(
  argv: readonly string[],
  { env, cwd = process.cwd(), input = '', timeoutSeconds = 60 }: ProcessOptions,
): Promise<ProcessResult> {
  const client = requireOutside?.(distFile('client', 'cli.js'));
  const { runCli } = client as { runCli: typeof RunCli };
  const printed = { stdout: '', stderr: '' };
  const into = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => (printed[name] += text),
  });
  const ended = runCli(argv, {
    cwd,
    env,
    stdin: Readable.from([input]),
    stdout: into('stdout'),
    stderr: into('stderr'),
    calledAt: performance.now(),
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const words = `pawl ${argv.join(' ')} did not end in ${timeoutSeconds} s`;
      reject(new Error(`${words}:\n${printed.stdout}${printed.stderr}`));
    }, timeoutSeconds * 1000);
  });
  const code = await Promise.race([ended, late]);
  clearTimeout(timer);
  return { code, ...printed };
}

/** Of the environment, what a command line reads itself; another variable may change the process as a whole (TZ, LD_PRELOAD). */
const OWN_VARIABLE = /^(?:PAWL|TEMPORAL)_/;
/** They hand their terminal to another program. */
const HANDED_OVER: readonly string[] = ['server', 'worker', 'exec', 'complete'];

/** Whether running it in this process is the same for whoever looks at what it does and prints. Benchmarks measure processes. */
export function runsInProcess(
  argv: readonly string[],
  { env = {}, input }: Partial<ProcessOptions>,
): boolean {
  return (
    typeof requireOutside !== 'undefined' &&
    input === undefined &&
    Object.keys(env).every((name) => OWN_VARIABLE.test(name)) &&
    !argv.some((word) => HANDED_OVER.includes(word))
  );
}
