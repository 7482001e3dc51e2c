import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { distFile } from '../../worker/dist-file';
import { startChild, type Child } from '../../worker/server/child';
import { readServerState, type ServerState } from '../../worker/server/state-file';
import type { Environment } from '../../worker/settings';
import { until } from './processes';
import { testKeyFile } from './sealed';
import { expectNothingLeftWaitingAt } from './settled-runs';

/** A `pawl server` in a state directory, as its own process. */
export class ServerProcess {
  private constructor(
    readonly stateDirectory: string,
    private readonly child: Child,
    private readonly log: string,
    private readonly keyFile: string,
  ) {}

  /** Starts it on free ports; it may still refuse, see `exit`. */
  static async start(
    stateDirectory: string,
    flags: readonly string[] = [],
    env: Environment = process.env,
    pages: 'with pages' | 'headless' = 'headless',
  ): Promise<ServerProcess> {
    const log = `${stateDirectory}.log`;
    const output = await open(log, 'a');
    const program = [process.execPath, distFile('worker', 'server.js')];
    const ui = pages === 'headless' ? ['--headless'] : ['--ui-port', '0'];
    const ports = ['--port', '0', ...ui, '--health-address', '127.0.0.1:0'];
    const argv = [...program, '--state-dir', stateDirectory, ...ports, ...flags];
    const sealed: Environment = { PAWL_KEY_FILE: testKeyFile(), ...env };
    const child = await startChild({ argv, env: sealed, output: output.fd });
    await output.close();
    const keyFile = sealed['PAWL_KEY_FILE'] ?? join(stateDirectory, 'pawl.key');
    return new ServerProcess(stateDirectory, child, log, keyFile);
  }

  get pid(): number {
    return this.child.pid;
  }

  /** `exit code 0`. */
  get exit(): Promise<string> {
    return this.child.exit;
  }

  /** Resolves when server and worker are ready, and `condition` holds. */
  async ready(condition: (state: ServerState) => boolean = () => true): Promise<ServerState> {
    const ended = this.exit.then(async (exit) => {
      throw new Error(`pawl server ended with ${exit}:\n${await this.output()}`);
    });
    const ready = until(async () => {
      const state = await readServerState(this.stateDirectory);
      return state?.state === 'ready' && condition(state) ? state : undefined;
    }, 60);
    return Promise.race([ready, ended]);
  }

  /** Throws when a run that has ended has left a planned step waiting; server and worker must be there. */
  async nothingLeftWaiting(): Promise<void> {
    const { address } = await this.ready();
    await expectNothingLeftWaitingAt({ address, keyFile: this.keyFile }, () => Promise.resolve());
  }

  kill(signal: NodeJS.Signals): Promise<string> {
    this.child.kill(signal);
    return this.exit;
  }

  output(): Promise<string> {
    return readFile(this.log, 'utf8');
  }
}
