import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { sweepDeadRuns } from './containers-of-run';
import { docker } from './docker';
import { prepareMachine } from './environment';
import { LACKS_VARIABLE } from './requirements';
import { RUN_VARIABLE, runName } from './run-labels';

interface JestConfiguration {
  readonly testPathPatterns: { readonly patterns: readonly string[] };
}

/** Suites that run the command line or the workflow bundle: they need `dist/` as the sources are now. */
const NEEDS_DIST = /workflows|runbooks|chaos|nightly/;

/** Runs once, before all suites, in Jest's own process: what it sets in the environment reaches every worker. */
export default async function globalSetup(configuration: JestConfiguration): Promise<void> {
  const { patterns } = configuration.testPathPatterns;
  const every = (folders: RegExp) =>
    patterns.length > 0 && patterns.every((pattern) => folders.test(pattern));
  process.env[RUN_VARIABLE] = runName(process.pid);
  if (every(/test\/unit/)) return;
  if (patterns.length === 0 || patterns.some((pattern) => NEEDS_DIST.test(pattern))) build();
  const lacks = await prepareMachine();
  process.env[LACKS_VARIABLE] = JSON.stringify(lacks);
  const lines = Object.entries(lacks).map(([requirement, reason]) => `${requirement}: ${reason}`);
  if (lines.length > 0 && process.env['PAWL_REQUIRE_ALL']) {
    throw new Error(`PAWL_REQUIRE_ALL is set, but this machine lacks\n${lines.join('\n')}`);
  }
  for (const line of lines) console.error(`this machine lacks ${line}`);
  if (lacks.docker === undefined) await sweepDeadRuns(docker);
}

function build(): void {
  execFileSync(process.execPath, [join(__dirname, '../../toolchain/run.cjs'), 'build'], {
    stdio: 'inherit',
  });
}
