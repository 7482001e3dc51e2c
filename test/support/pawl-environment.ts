import { existsSync } from 'node:fs';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { distFile } from '../../worker/dist-file';
import type { WorkerReady } from '../../worker/run-worker';
import { startChild, stopChild, type Child } from '../../worker/server/child';
import { withoutTemporalSettings } from '../../worker/server/server-config';
import { startReady, type Supervised } from '../../worker/server/supervise';
import { MEMORY_ENVIRONMENT } from '../../toolchain/worker-memory';
import { workerCommand } from '../../worker/server/worker-command';
import type { Environment } from '../../worker/settings';
import { runInProcess, runsInProcess } from './run-in-process';
import { runProcess, type ProcessOptions, type ProcessResult } from './run-process';
import { testKeyFile } from './sealed';
import { expectNothingLeftWaitingAt } from './settled-runs';
import { startTemporalServer, type TemporalServer } from './temporal-server';

const STOP_GRACE_MILLISECONDS = 20_000;
const NEVER = new AbortController().signal;

export interface PawlOptions {
  /** Name of the host; `local` unless given. */
  readonly host?: string;
  /** Added to the environment of worker and CLI: secrets, for example. */
  readonly env?: Readonly<Record<string, string>>;
  /** Added to the environment of the worker alone. */
  readonly workerEnv?: Readonly<Record<string, string>>;
  /** Further flags of the worker. */
  readonly workerFlags?: readonly string[];
  /** `limits.heartbeat` of the stacks that tests put there; a worker of this environment tells that it lives more often. */
  readonly heartbeat?: string;
  /** Do not start the worker yet. */
  readonly withoutWorker?: boolean;
}

/** All of pawl as real processes, each of which may be killed and started again, and the CLI to drive it. */
export class PawlEnvironment {
  private worker: Child | undefined;
  private readyMessage: WorkerReady | undefined;
  /** The package that workers and the command line are started from; this one's build unless another is installed. */
  private installed: string | undefined;

  private constructor(
    /** For stack files, data and repositories; removed at the end. */
    readonly directory: string,
    readonly temporal: TemporalServer,
    /** Of the worker and the CLI. */
    readonly env: Environment,
    private readonly workerEnv: Environment,
    private readonly workerFlags: readonly string[],
    readonly heartbeat: string | undefined,
  ) {}

  static async start(options: PawlOptions = {}): Promise<PawlEnvironment> {
    const directory = await mkdtemp(join(tmpdir(), 'pawl-test-'));
    // Programs that the worker starts are given its home, and are known by it.
    const workerEnv = { HOME: directory, ...options.workerEnv };
    const temporal = await startTemporalServer();
    const env = {
      ...withoutTemporalSettings(process.env),
      TEMPORAL_CONFIG_FILE: temporal.clientConfig,
      PAWL_KEY_FILE: testKeyFile(),
      ...options.env,
    };
    const flags = ['--host', options.host ?? 'local', '--state-dir', join(directory, 'state')];
    const quiet = ['--health-address', '127.0.0.1:0', '--log-format', 'json'];
    const workerFlags = [...flags, ...quiet, ...(options.workerFlags ?? [])];
    const { heartbeat } = options;
    const pawl = new PawlEnvironment(directory, temporal, env, workerEnv, workerFlags, heartbeat);
    if (options.withoutWorker !== true) await pawl.startWorker();
    return pawl;
  }

  /** The worker's state directory. */
  get stateDirectory(): string {
    return join(this.directory, 'state');
  }

  get workerPid(): number {
    if (this.worker === undefined) throw new Error('no worker runs');
    return this.worker.pid;
  }

  /** Of pawl itself, and not of what it has started. */
  get pids(): readonly number[] {
    return [this.workerPid];
  }

  /** `127.0.0.1:40123`, of `/healthz` and `/readyz`. */
  get health(): string {
    return this.readyMessage?.health ?? '';
  }

  /** Resolves when it polls. */
  async startWorker(): Promise<void> {
    this.worker = await startReady(this.workerSpec(), NEVER);
  }

  /** As an upgrade does: later processes are started from there; undefined is this package's own build. */
  install(folder: string | undefined): void {
    this.installed = folder;
  }

  async killWorker9(): Promise<void> {
    this.worker?.kill('SIGKILL');
    await this.workerEnd();
  }

  /** Resolves with how the worker ended, whoever ended it. */
  async workerEnd(): Promise<string | undefined> {
    const { worker } = this;
    const exit = await worker?.exit;
    // Another may have been started by whoever heard of it first.
    if (this.worker === worker) this.worker = undefined;
    return exit;
  }

  /** SIGTERM, as a service manager does; resolves with how it ended. */
  async stopWorker(): Promise<string | undefined> {
    const worker = this.worker;
    this.worker = undefined;
    if (worker) await stopChild(worker, STOP_GRACE_MILLISECONDS);
    return worker?.exit;
  }

  async killServer9(): Promise<void> {
    await this.temporal.kill9();
  }

  async startServer(): Promise<void> {
    await this.temporal.start();
  }

  /** Runs `pawl …`, in this process where that is the same: a start costs a quarter of a second. */
  cli(args: readonly string[], options: Partial<ProcessOptions> = {}): Promise<ProcessResult> {
    if (this.installed !== undefined || !runsInProcess(args, options)) {
      return this.process(args, options);
    }
    const env = { ...this.env, ...options.env };
    return runInProcess(args, { cwd: this.directory, ...options, env });
  }

  /** Runs `pawl …` as a user does. */
  process(args: readonly string[], options: Partial<ProcessOptions> = {}): Promise<ProcessResult> {
    const env = { ...this.env, ...options.env };
    const argv = [process.execPath, this.program('client'), ...args];
    return runProcess(argv, { cwd: this.directory, ...options, env });
  }

  /** Everything that all workers of this environment have printed: JSON lines. Empty before a worker was started. */
  async workerLog(): Promise<string> {
    return existsSync(this.logFile) ? readFile(this.logFile, 'utf8') : '';
  }

  /** Ends all processes and removes the directory. Throws when a run that has ended has left a planned step waiting. */
  async stop(): Promise<void> {
    try {
      await this.nothingLeftWaiting();
    } finally {
      await this.end();
    }
  }

  /** As `stop`, where no run can be asked any more. */
  async end(): Promise<void> {
    await this.stopWorker();
    await this.temporal.stop();
    await rm(this.directory, { recursive: true, force: true });
  }

  private async nothingLeftWaiting(): Promise<void> {
    const keyFile = this.env['PAWL_KEY_FILE'] ?? '';
    await expectNothingLeftWaitingAt({ address: this.temporal.address, keyFile }, async () => {
      if (this.worker === undefined) await this.startWorker();
    });
  }

  private program(name: 'client' | 'worker'): string {
    const { installed } = this;
    if (installed === undefined) return distFile(name, 'main.js');
    return join(installed, 'dist', name, 'main.js');
  }

  private get logFile(): string {
    return join(this.directory, 'worker.log');
  }

  private workerSpec(): Supervised {
    return {
      name: 'the worker',
      stopGraceMilliseconds: STOP_GRACE_MILLISECONDS,
      start: async () => {
        const output = await open(this.logFile, 'a');
        try {
          const env = { ...MEMORY_ENVIRONMENT, ...this.env, ...this.workerEnv };
          const own = distFile('worker', 'main.js');
          const argv = workerCommand(this.workerFlags).map((argument) =>
            argument === own ? this.program('worker') : argument,
          );
          return await startChild({ argv, env, output: output.fd, ipc: true });
        } finally {
          await output.close();
        }
      },
      untilReady: async (child) => {
        this.readyMessage = (await child.message) as WorkerReady;
      },
      lastWords: async () => (await this.workerLog()).slice(-2_000),
    };
  }
}

export const startPawl = (options?: PawlOptions): Promise<PawlEnvironment> =>
  PawlEnvironment.start(options);
