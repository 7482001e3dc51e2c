import { copyFile, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { distFile } from '../../../worker/dist-file';
import type { WorkerReady } from '../../../worker/run-worker';
import { startChild, stopChild, type Child } from '../../../worker/server/child';
import { withoutTemporalSettings } from '../../../worker/server/server-config';
import { startReady } from '../../../worker/server/supervise';
import { MEMORY_ENVIRONMENT } from '../../../toolchain/worker-memory';
import { workerCommand } from '../../../worker/server/worker-command';
import { until } from '../../support/processes';
import { createQuickRepository } from '../../support/quick-repository';
import { runProcess, type ProcessResult } from '../../support/run-process';
import type { NetworkHost } from './private-network';
import type { ProductionServer } from './production-server';

const METRICS_PORT = 9464;
const REPOSITORY_PASSWORD = 'correct horse';
const STOP_GRACE_MILLISECONDS = 20_000;

/** A host with a worker, its state, its copy of the key, and one stack of one folder. */
export class PawlHost {
  private worker: Child | undefined;

  private constructor(
    readonly name: string,
    readonly network: NetworkHost,
    private readonly directory: string,
    private readonly address: string,
  ) {}

  /** `key` is handed over as `scp -p` does. `folder` is what the stack protects. */
  static async create(
    name: string,
    network: NetworkHost,
    server: ProductionServer,
    { key, folder }: { readonly key: string; readonly folder: string },
  ): Promise<PawlHost> {
    const directory = join(server.directory, name);
    await mkdir(join(directory, folder), { recursive: true });
    await mkdir(join(directory, 'bin'));
    const host = new PawlHost(name, network, directory, server.address);
    await copyFile(key, host.keyFile);
    await writeFile(join(directory, folder, 'file'), `content of ${name}`);
    await createQuickRepository(join(directory, 'repository'), REPOSITORY_PASSWORD);
    const stackFile = [
      `stack: ${host.stack}`,
      `host: ${name}`,
      `directory: ${directory}`,
      'repository: {url: ./repository, password: {env: REPOSITORY_PASSWORD}}',
      `protect: {uploads: {engine: files, path: ./${folder}}}`,
      'limits: {heartbeat: 5s}',
    ];
    await writeFile(join(directory, 'pawl.yaml'), `${stackFile.join('\n')}\n`);
    await writeFile(host.restic, host.gatedRestic(), { mode: 0o755 });
    await host.start();
    return host;
  }

  get stack(): string {
    return `stack-of-${this.name}`;
  }

  get metrics(): string {
    return `http://${this.network.address}:${METRICS_PORT}/metrics`;
  }

  async start(): Promise<void> {
    const log = join(this.directory, 'worker.log');
    const flags = [
      ...['--host', this.name, '--state-dir', join(this.directory, 'state')],
      ...['--health-address', '127.0.0.1:8234', '--log-format', 'json'],
      ...['--metrics-address', `${this.network.address}:${METRICS_PORT}`],
    ];
    this.worker = await startReady(
      {
        name: 'the worker',
        stopGraceMilliseconds: STOP_GRACE_MILLISECONDS,
        start: async () => {
          const output = await open(log, 'a');
          const argv = [...this.network.prefix, ...workerCommand(flags)];
          const own = { PAWL_RESTIC: this.restic, REPOSITORY_PASSWORD, HOME: this.directory };
          const env = { ...MEMORY_ENVIRONMENT, ...this.env, ...own };
          try {
            return await startChild({ argv, env, output: output.fd, ipc: true });
          } finally {
            await output.close();
          }
        },
        untilReady: async (child) => {
          await ((await child.message) as Promise<WorkerReady>);
        },
        lastWords: async () => (await readFile(log, 'utf8')).slice(-2_000),
      },
      new AbortController().signal,
    );
  }

  /** `pawl …` beside its stack file, on a third machine: whoever has the key and reaches the server. */
  cli(...args: readonly string[]): Promise<ProcessResult> {
    const argv = [process.execPath, distFile('client', 'main.js'), ...args];
    return runProcess(argv, { cwd: this.directory, env: this.env, timeoutSeconds: 240 });
  }

  /** What `--json` prints last. */
  async ask<Answer>(...args: readonly string[]): Promise<Answer> {
    const { code, stdout, stderr } = await this.cli(...args, '--json');
    if (code !== 0) throw new Error(`pawl ${args.join(' ')} exited with ${code}: ${stderr}`);
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Answer;
  }

  /** The run ends well, and its recovery point is there, once. */
  async expectSaved(run: string): Promise<void> {
    const { code, stdout, stderr } = await this.cli('watch', run, '--json');
    expect({ code, told: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, told: '' });
    const { points } = await this.ask<{ points: { run: string }[] }>('points');
    expect(points.filter((point) => point.run === run)).toHaveLength(1);
  }

  /** Begins a backup, and returns in the middle of its one step: `release` lets that go on. */
  async backUpHalfWay(): Promise<{ readonly run: string; readonly release: () => Promise<void> }> {
    await rm(`${this.gate}.reached`, { force: true });
    await writeFile(this.gate, '');
    const { run } = await this.ask<{ run: string }>('backup', '--detach');
    await until(() => readFile(`${this.gate}.reached`).then(Boolean, () => undefined), 60);
    return { run, release: () => rm(this.gate, { force: true }) };
  }

  async kill9(): Promise<void> {
    this.worker?.kill('SIGKILL');
    await this.worker?.exit;
  }

  async stop(): Promise<void> {
    await rm(this.gate, { force: true });
    if (this.worker !== undefined) await stopChild(this.worker, STOP_GRACE_MILLISECONDS);
  }

  private get keyFile(): string {
    return join(this.directory, 'pawl.key');
  }

  private get gate(): string {
    return join(this.directory, 'gate');
  }

  private get restic(): string {
    return join(this.directory, 'bin/restic');
  }

  /** restic that stands still before it saves anything, as long as the gate is there. */
  private gatedRestic(): string {
    const { gate } = this;
    return `#!/bin/sh
case " $* " in *" backup "*)
  if [ -e '${gate}' ]; then touch '${gate}.reached'; fi
  while [ -e '${gate}' ]; do sleep 0.1; done
esac
exec '${process.env['PAWL_RESTIC'] ?? ''}' "$@"
`;
  }

  private get env(): Readonly<Record<string, string | undefined>> {
    const server = { TEMPORAL_ADDRESS: this.address, PAWL_KEY_FILE: this.keyFile };
    return { ...withoutTemporalSettings(process.env), ...server };
  }
}
