import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../worker/free-port';
import { readServerState, type ServerState } from '../../worker/server/state-file';

const CLI = join(__dirname, '..', '..', 'dist', 'client', 'main.js');
/** Without a word in its log: as long as it tells of progress, it is waited for. A test of the demo has less patience. */
const STALLED_SECONDS = Number(process.env['PAWL_DEMO_STALLED_SECONDS'] ?? 120);
const STOP_SECONDS = 60;
const LAST_WORDS_CHARACTERS = 2_000;

/** What `pawl show --json` says of one step. */
export interface StepSeen {
  readonly id: string;
  readonly title: string;
  readonly state: string;
  readonly attempt: number;
  readonly bytes: number;
}

interface Shown {
  readonly status: string;
  readonly failure?: unknown;
  readonly steps: readonly ShownStep[];
}

type ShownStep = Omit<StepSeen, 'attempt' | 'bytes'> &
  Partial<StepSeen> & { readonly startedAt?: string; readonly endedAt?: string };

/** pawl as an operator has it: `pawl server` in the foreground of some terminal, and the command line. */
export class PawlOnThisHost {
  private server: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    private readonly stateDirectory: string,
    private readonly environment: Readonly<Record<string, string>>,
    readonly ui: string,
    /** Of Temporal's server, such as `127.0.0.1:40123`. */
    readonly address: string,
    readonly keyFile: string,
  ) {}

  /**
   * Starts `pawl server` with its state in `folder` and the stack's secrets in its environment. `onStarted` gets it as
   * soon as there is something to stop; when it does not become ready, it is stopped.
   */
  static async start(
    folder: string,
    secrets: Readonly<Record<string, string>>,
    onStarted: (pawl: PawlOnThisHost) => void = () => undefined,
  ): Promise<PawlOnThisHost> {
    const stateDirectory = join(folder, 'state');
    await mkdir(stateDirectory, { recursive: true });
    const [port, uiPort] = [await freePort('127.0.0.1'), await freePort('127.0.0.1')];
    const ui = `http://127.0.0.1:${uiPort}`;
    const address = `127.0.0.1:${port}`;
    const keyFile = join(stateDirectory, 'pawl.key');
    const sealing = { PAWL_KEY_FILE: keyFile };
    const client = { TEMPORAL_ADDRESS: address, PAWL_UI_URL: ui, NO_COLOR: '1', ...sealing };
    const pawl = new PawlOnThisHost(folder, stateDirectory, client, ui, address, keyFile);
    const flags = [
      '--state-dir',
      stateDirectory,
      '--port',
      String(port),
      '--ui-port',
      String(uiPort),
    ];
    const settings = { PAWL_HEALTH_ADDRESS: '127.0.0.1:0', PAWL_METRICS_ADDRESS: '127.0.0.1:0' };
    pawl.server = spawn(process.execPath, [CLI, 'server', ...flags], {
      cwd: folder,
      env: { ...process.env, ...settings, ...secrets },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C on a terminal is for whoever started it, who ends it in its turn.
      detached: true,
    });
    onStarted(pawl);
    const log = createWriteStream(pawl.log);
    pawl.server.stdout?.pipe(log);
    pawl.server.stderr?.pipe(log);
    try {
      await pawl.untilReady();
    } catch (error) {
      await pawl.stop();
      throw error;
    }
    return pawl;
  }

  /** Runs the command line to its end. The secrets are not in its environment: it needs none. */
  async cli(
    ...argv: string[]
  ): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
    return new Promise((resolve) => {
      const options = { cwd: this.folder, env: { ...process.env, ...this.environment } };
      execFile(process.execPath, [CLI, ...argv], options, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        resolve({ code, stdout, stderr });
      });
    });
  }

  /** Submits a run and returns its id, such as `demo/1`. */
  async submit(...argv: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.cli(...argv, '--detach', '--json');
    if (code !== 0)
      throw new Error(`pawl ${argv.join(' ')} exited with ${code}:\n${stdout}${stderr}`);
    const submitted = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as { run?: string };
    if (submitted.run === undefined)
      throw new Error(`pawl ${argv.join(' ')} named no run:\n${stdout}`);
    return submitted.run;
  }

  /** The step as it is now; as it was last seen while nobody can say (the server is being restarted). */
  async lookAtStep(run: string, id: string, last?: StepSeen): Promise<StepSeen | undefined> {
    const shown = await this.show(run);
    if (shown === undefined) return last;
    if (shown.status === 'failed')
      throw new Error(`${run} failed: ${JSON.stringify(shown.failure)}`);
    const step = shown.steps.find((candidate) => candidate.id === id);
    if (step === undefined) return last;
    return { ...step, attempt: step.attempt ?? last?.attempt ?? 1, bytes: step.bytes ?? 0 };
  }

  /** How long a step of a run that is over took. */
  async secondsOfStep(run: string, id: string): Promise<number> {
    const step = (await this.show(run))?.steps.find((candidate) => candidate.id === id);
    return (Date.parse(step?.endedAt ?? '') - Date.parse(step?.startedAt ?? '')) / 1000;
  }

  private async show(run: string): Promise<Shown | undefined> {
    const { code, stdout } = await this.cli('show', run, '--json');
    return code === 0 ? (JSON.parse(stdout) as Shown) : undefined;
  }

  /** Kills the worker or Temporal's server, which `pawl server` then starts again. Returns the pid it had. */
  async kill9(program: 'worker' | 'server'): Promise<number> {
    const pid = await this.pidOf(program);
    process.kill(pid, 'SIGKILL');
    return pid;
  }

  async pidOf(program: 'worker' | 'server'): Promise<number> {
    const state = await readServerState(this.stateDirectory);
    const pid = program === 'worker' ? state?.worker?.pid : state?.temporal?.pid;
    if (pid === undefined) throw new Error(`no ${program} runs: ${JSON.stringify(state)}`);
    return pid;
  }

  /** Ends `pawl server` as Ctrl-C does, and with it all it started. */
  async stop(): Promise<void> {
    const { server } = this;
    if (server === undefined || hasEnded(server)) return;
    const exit = once(server, 'exit');
    server.kill('SIGTERM');
    const forced = setTimeout(() => {
      if (server.pid !== undefined) process.kill(-server.pid, 'SIGKILL');
    }, STOP_SECONDS * 1000);
    await exit;
    clearTimeout(forced);
  }

  private async untilReady(): Promise<void> {
    let last = '';
    let movedAt = performance.now();
    for (;;) {
      const state = await readServerState(this.stateDirectory);
      if (state?.state === 'ready') return;
      if (this.server === undefined || hasEnded(this.server)) {
        throw new Error(`pawl server ended before it was ready:\n${await this.lastWords()}`);
      }
      const now = await this.progress(state);
      if (now !== last) movedAt = performance.now();
      last = now;
      if (performance.now() - movedAt > STALLED_SECONDS * 1000) {
        throw new Error(
          `pawl server has told of no progress for ${STALLED_SECONDS} s:\n${await this.lastWords()}`,
        );
      }
      await sleep(100);
    }
  }

  private async progress(state: ServerState | undefined): Promise<string> {
    const log = await stat(this.log).catch(() => undefined);
    return `${JSON.stringify(state)} ${log?.size ?? 0}`;
  }

  private async lastWords(): Promise<string> {
    return (await readFile(this.log, 'utf8')).slice(-LAST_WORDS_CHARACTERS).trim();
  }

  private get log(): string {
    return join(this.folder, 'server.log');
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
