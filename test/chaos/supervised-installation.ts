import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { distFile } from '../../worker/dist-file';
import { withoutTemporalSettings } from '../../worker/server/server-config';
import type { ServerState } from '../../worker/server/state-file';
import { runProcess, type ProcessOptions, type ProcessResult } from '../support/run-process';
import { testKeyFile } from '../support/sealed';
import { ServerProcess } from '../support/server-process';
import type { Installation } from '../support/stack-fixture';

/** One machine with `pawl server` on it: supervisor, Temporal's server and worker, which lose power together. */
export class SupervisedInstallation implements Installation {
  private server: ServerProcess | undefined;
  private state: ServerState | undefined;

  private constructor(readonly directory: string) {}

  static async create(): Promise<SupervisedInstallation> {
    return new SupervisedInstallation(await mkdtemp(join(tmpdir(), 'pawl-test-')));
  }

  get stateDirectory(): string {
    return join(this.directory, 'state');
  }

  get pids(): readonly number[] {
    const pids = [this.state?.worker?.pid, this.state?.temporal?.pid, this.state?.pid];
    return pids.filter((pid) => pid !== undefined);
  }

  async start(env: Readonly<Record<string, string>>): Promise<void> {
    const home = { HOME: this.directory };
    const environment = { ...withoutTemporalSettings(process.env), ...env, ...home };
    const server = await ServerProcess.start(this.stateDirectory, [], environment);
    this.server = server;
    // What a killed one wrote down is still there.
    this.state = await server.ready(({ pid }) => pid === server.pid);
  }

  async kill9(): Promise<void> {
    for (const pid of this.pids) process.kill(pid, 'SIGKILL');
    await this.server?.exit;
  }

  cli(args: readonly string[], options: Partial<ProcessOptions> = {}): Promise<ProcessResult> {
    const found = {
      TEMPORAL_CONFIG_FILE: join(this.stateDirectory, 'temporal.toml'),
      PAWL_KEY_FILE: testKeyFile(),
    };
    const env = { ...withoutTemporalSettings(process.env), ...found, ...options.env };
    const argv = [process.execPath, distFile('client', 'main.js'), ...args];
    return runProcess(argv, { cwd: this.directory, ...options, env });
  }

  async stop(): Promise<void> {
    try {
      await this.server?.nothingLeftWaiting();
    } finally {
      await this.end();
    }
  }

  private async end(): Promise<void> {
    await this.server?.kill('SIGTERM');
    await rm(this.directory, { recursive: true, force: true });
    await rm(`${this.stateDirectory}.log`, { force: true });
  }
}
