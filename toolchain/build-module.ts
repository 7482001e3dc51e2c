import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Program } from './program';
import { runOwned, type OwnedCommand } from './run-owned';
import type { Surroundings } from './surroundings';
import { reasonOf, ToolchainError } from './toolchain-error';

const LAST_LINES = 12;
const TELL_EVERY_MS = 1_000;

/** The whole command line, pure. `-trimpath` keeps the builder's folders out of the program. */
export function goBuildArguments({ build }: Program, target: string): string[] {
  return [
    'build',
    '-v',
    '-trimpath',
    ...sameForAll(build),
    '-buildvcs=false',
    '-ldflags',
    build.linkerFlags,
    '-o',
    target,
    build.package,
  ];
}

/** Every package that the program is made of, one a line. */
function goListArguments({ build }: Program): string[] {
  return ['list', '-deps', ...sameForAll(build), build.package];
}

function sameForAll({ tags }: Program['build']): string[] {
  return ['-mod=readonly', ...(tags === undefined ? [] : ['-tags', tags])];
}

/** Go takes every core by itself, and linking takes gigabytes: builds side by side would gain nothing. */
let building: Promise<unknown> = Promise.resolve();

/**
 * Builds the pinned module into `target`. Takes minutes the first time on a machine, seconds when Go's cache is warm;
 * there is no limit, since nobody knows how slow a machine is. Builds of one process follow each other.
 * Throws: ToolchainError (no Go, module folder missing, build failed: with Go's last lines) · the signal's reason
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
  surroundings.report(`${title}: to be built with Go, minutes the first time`);
  const build = building.then(() => new Build(title, directory, surroundings).run(program, target));
  building = build.catch(() => undefined);
  await build;
}

/** One build, and how far it is. */
class Build {
  private readonly startedAt = Date.now();
  private readonly packages = new Set<string>();
  private readonly lastLines: string[] = [];
  private downloaded = 0;
  private compiled = 0;

  constructor(
    private readonly title: string,
    private readonly directory: string,
    private readonly surroundings: Surroundings,
  ) {}

  async run(program: Program, target: string): Promise<void> {
    this.surroundings.report(`${this.title}: building with Go in ${this.directory}`);
    const ticking = setInterval(() => {
      this.surroundings.report(`${this.title}: building, ${this.howFar()}`, 'passing');
    }, TELL_EVERY_MS);
    try {
      await this.go(goListArguments(program), (line) => this.packages.add(line));
      await this.go(goBuildArguments(program, target));
    } finally {
      clearInterval(ticking);
    }
    this.surroundings.report(`${this.title}: built in ${this.seconds()} s`);
  }

  private howFar(): string {
    const state =
      this.packages.size === 0
        ? `${this.downloaded} modules downloaded`
        : `${this.compiled} of ${this.packages.size} packages`;
    return `${state}, ${this.seconds()} s`;
  }

  private seconds(): number {
    return Math.round((Date.now() - this.startedAt) / 1000);
  }

  private async go(argv: string[], onOutputLine?: (line: string) => void): Promise<void> {
    // A workspace or flags of the user's would change what is pinned; CGO would tie the program to this machine's libc.
    const env = { ...this.surroundings.environment, CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '' };
    const command: OwnedCommand = {
      argv: ['go', ...argv],
      cwd: this.directory,
      env,
      signal: this.surroundings.signal,
      onErrorLine: (line) => {
        this.read(line);
      },
    };
    const started = onOutputLine === undefined ? command : { ...command, onOutputLine };
    const ending = await runOwned(started).catch((error: unknown) => {
      if (this.surroundings.signal?.aborted === true) throw error;
      throw new ToolchainError(`Go cannot be run (${reasonOf(error)})`);
    });
    if (ending === 0) return;
    throw new ToolchainError(
      `go ${argv[0] ?? ''} ended with ${ending}: ${this.lastLines.join('\n')}`,
    );
  }

  /** `-v` names each package once it is compiled; what is neither that nor a download is for a person. */
  private read(line: string): void {
    if (this.packages.has(line)) this.compiled += 1;
    else if (line.startsWith('go: downloading ')) this.downloaded += 1;
    else this.lastLines.push(line);
    if (this.lastLines.length > LAST_LINES) this.lastLines.shift();
  }
}
