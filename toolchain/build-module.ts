import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Program } from './program';
import type { Surroundings } from './surroundings';
import { reasonOf, ToolchainError } from './toolchain-error';

const REPORT_EVERY_MS = 15_000;
const LAST_LINES = 12;

/** The whole command line, pure. `-trimpath` keeps the builder's folders out of the program. */
export function goBuildArguments({ build }: Program, target: string): string[] {
  return [
    'build',
    '-trimpath',
    '-mod=readonly',
    '-buildvcs=false',
    ...(build.tags === undefined ? [] : ['-tags', build.tags]),
    '-ldflags',
    build.linkerFlags,
    '-o',
    target,
    build.package,
  ];
}

/**
 * Builds the pinned module into `target`. Takes minutes the first time on a machine, seconds when Go's cache is warm.
 * Throws: ToolchainError (no Go, module folder missing, build failed: with Go's last lines)
 */
export async function buildModule(
  program: Program,
  surroundings: Surroundings,
  target: string,
): Promise<void> {
  const directory = path.join(surroundings.modulesDirectory, program.build.module);
  if (!existsSync(path.join(directory, 'go.mod'))) {
    throw new ToolchainError(`no pinned module in ${directory}`);
  }
  const title = `${program.name} ${program.version}`;
  surroundings.report(`${title}: building with Go in ${directory}; minutes the first time`);
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  const ticking = setInterval(() => {
    surroundings.report(`  ${title}: still building, ${seconds()} s`);
  }, REPORT_EVERY_MS);
  try {
    await runGo(goBuildArguments(program, target), directory, surroundings.environment);
  } finally {
    clearInterval(ticking);
  }
  surroundings.report(`  ${title}: built in ${seconds()} s`);
}

async function runGo(
  argv: string[],
  cwd: string,
  environment: Readonly<NodeJS.ProcessEnv>,
): Promise<void> {
  // A workspace or flags of the user's would change what is pinned; CGO would tie the program to this machine's libc.
  const env = { ...environment, CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '' };
  const go = spawn('go', argv, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
  const lines: string[] = [];
  createInterface({ input: go.stderr }).on('line', (line) => {
    lines.push(line);
    if (lines.length > LAST_LINES) lines.shift();
  });
  await new Promise<void>((resolve, reject) => {
    go.once('error', (error) => {
      reject(new ToolchainError(`Go cannot be run (${reasonOf(error)})`));
    });
    go.once('close', (code, signal) => {
      if (code === 0) resolve();
      else
        reject(
          new ToolchainError(`go build ended with ${ending(code, signal)}: ${lines.join('\n')}`),
        );
    });
  });
}

function ending(code: number | null, signal: NodeJS.Signals | null): string {
  return signal ?? `exit code ${String(code)}`;
}
