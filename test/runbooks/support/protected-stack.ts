import type { RunOutcome } from '../../../workflows/catalogue';
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Snapshot } from '../../../activities/adapters/restic/snapshot';
import type { StepView } from '../../../client/follow/run-view';
import type { RunFailure } from '../../../client/temporal/read-failure';
import type { RecoveryPointSummary } from '../../../workflows/model/recovery-point';
import type { PawlEnvironment } from '../../support/pawl-environment';
import { until } from '../../support/processes';
import { createQuickRepository } from '../../support/quick-repository';
import { repositoryLocks } from '../../support/repository-locks';
import { resticProgram } from '../../support/restic-repository';
import { runProcess, type ProcessResult } from '../../support/run-process';

export const REPOSITORY_PASSWORD = 'correct horse';

/** How a command that follows a run has ended, and what it told. */
export interface Ended extends ProcessResult {
  readonly run?: string;
  readonly outcome?: RunOutcome;
  readonly failure?: RunFailure;
}

interface Shown {
  readonly status: string;
  readonly steps: readonly StepView[];
}

export interface StackOptions {
  readonly protect: object;
  /** Default: a folder of the stack's own, with a repository in it. */
  readonly repository?: string;
  /** pawl shall create the repository in the stack's own folder. */
  readonly withoutRepository?: boolean;
  /** Reference to the repository's password; default: a file of the stack's. */
  readonly password?: object;
  readonly limits?: object;
  readonly restore?: object;
  /** Further top-level keys. */
  readonly more?: object;
}

/** A stack of one test, in a folder of its own, driven by the command line as an operator drives it. */
export class ProtectedStack {
  private constructor(
    private readonly pawl: PawlEnvironment,
    readonly name: string,
    readonly folder: string,
    /** Folder of the restic repository. */
    readonly repository: string,
  ) {}

  static async create(pawl: PawlEnvironment, options: StackOptions): Promise<ProtectedStack> {
    const name = `bad-day-${randomBytes(4).toString('hex')}`;
    const folder = join(pawl.directory, name);
    await mkdir(folder);
    const repository = options.repository ?? join(folder, 'repository');
    const stack = new ProtectedStack(pawl, name, folder, repository);
    await stack.setRepositoryPassword(REPOSITORY_PASSWORD);
    if (options.repository === undefined && options.withoutRepository !== true) {
      await createQuickRepository(repository, REPOSITORY_PASSWORD);
    }
    await stack.describe(options);
    return stack;
  }

  /** Writes the stack file anew. JSON is YAML, and hostile names need no further care in it. */
  async describe({ protect, limits, restore, more, ...options }: StackOptions): Promise<void> {
    const { password = { file: './repository.key' } } = options;
    const description = {
      stack: this.name,
      repository: { url: this.repository, password },
      protect,
      limits: { heartbeat: this.pawl.heartbeat ?? '3s', ...limits },
      ...(restore === undefined ? {} : { restore }),
      ...more,
    };
    await writeFile(this.file, JSON.stringify(description, null, 2));
  }

  get file(): string {
    return join(this.folder, 'pawl.yaml');
  }

  setRepositoryPassword(password: string): Promise<void> {
    return writeFile(join(this.folder, 'repository.key'), password);
  }

  cli(...argv: readonly string[]): Promise<ProcessResult> {
    return this.pawl.cli(['-f', this.file, ...argv], { timeoutSeconds: 270 });
  }

  /** Runs a command that follows a run to its end. */
  async follow(...argv: readonly string[]): Promise<Ended> {
    const result = await this.cli(...argv, '--json');
    const events = result.stdout.trim().split('\n').filter(Boolean);
    const last = JSON.parse(events.at(-1) ?? '{}') as Partial<Ended>;
    const { run, outcome, failure } = last;
    return {
      ...result,
      ...(run === undefined ? {} : { run }),
      ...(outcome === undefined ? {} : { outcome }),
      ...(failure === undefined ? {} : { failure }),
    };
  }

  backup(...argv: readonly string[]): Promise<Ended> {
    return this.follow('backup', '--init', ...argv);
  }

  /** To its place, confirmed. */
  restore(...argv: readonly string[]): Promise<Ended> {
    return this.follow('restore', `--confirm=${this.name}`, ...argv);
  }

  watch(run: string): Promise<Ended> {
    return this.follow('watch', run);
  }

  /** Takes what must go well. */
  async mustBackUp(...argv: readonly string[]): Promise<RecoveryPointSummary> {
    const { code, outcome, stdout, stderr } = await this.backup(...argv);
    if (code !== 0 || outcome?.state !== 'done' || outcome.runbook !== 'backup') {
      throw new Error(`${stdout}${stderr}`);
    }
    return outcome.point;
  }

  /** Submits a run and returns its id. */
  async submit(...argv: readonly string[]): Promise<string> {
    const { run, stdout, stderr } = await this.follow(...argv, '--detach');
    if (run === undefined) throw new Error(`${stdout}${stderr}`);
    return run;
  }

  /** Waits until a step of a run is as it should be. */
  step(run: string, id: string, wanted: (step: StepView) => boolean): Promise<StepView> {
    return until(async () => {
      const { status, steps } = await this.show(run);
      const step = steps.find((candidate) => candidate.id === id);
      if (step !== undefined && wanted(step)) return step;
      if (status === 'failed' || status === 'done') throw new Error(JSON.stringify(steps));
      return undefined;
    }, 60);
  }

  async show(run: string): Promise<Shown> {
    const { code, stdout, stderr } = await this.cli('show', run, '--json');
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as Shown;
  }

  /** Runs restic itself, not by way of pawl. */
  async restic(...argv: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await runProcess([resticProgram(), ...argv], {
      env: this.resticEnvironment,
    });
    if (code !== 0) throw new Error(stderr);
    return stdout;
  }

  get resticEnvironment(): Record<string, string> {
    return {
      PATH: process.env['PATH'] ?? '',
      RESTIC_REPOSITORY: this.repository,
      RESTIC_PASSWORD: REPOSITORY_PASSWORD,
      RESTIC_CACHE_DIR: join(this.folder, 'cache'),
    };
  }

  /** Every snapshot, as restic itself lists them: of parts, torn or whole, and of manifests. */
  /** By their ids: restic tells them in the order in which it has read them. */
  async snapshots(): Promise<readonly Snapshot[]> {
    const told = await this.restic('snapshots', '--json', '--no-lock');
    return (JSON.parse(told) as Snapshot[]).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  locks(): Promise<readonly string[]> {
    return repositoryLocks(this.repository);
  }
}
