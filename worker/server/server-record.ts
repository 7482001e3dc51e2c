import { devServerAddress, type DevServer } from './dev-server';
import { identify, type ProcessIdentity } from '../../activities/adapters/process/process-identity';
import { writeServerState, type ServerState } from './state-file';

/** Keeps `server.json` true while processes come and go. */
export class ServerRecord {
  private state: ServerState;

  constructor(private readonly server: DevServer) {
    this.state = {
      state: 'starting',
      pid: process.pid,
      address: devServerAddress(server),
      namespace: server.namespace,
      ...(server.uiPort === undefined ? {} : { ui: `http://127.0.0.1:${server.uiPort}` }),
    };
  }

  async temporalStarted(pid: number): Promise<void> {
    await this.change({ temporal: await identity(pid) });
  }

  async workerStarted(pid: number): Promise<void> {
    await this.change({ worker: await identity(pid) });
  }

  async workerReady(health: string | undefined): Promise<void> {
    const { worker } = this.state;
    if (worker && health) await this.change({ worker: { ...worker, health } });
  }

  async ready(): Promise<void> {
    await this.change({ state: 'ready' });
  }

  private async change(change: Partial<ServerState>): Promise<void> {
    this.state = { ...this.state, ...change };
    await writeServerState(this.server.stateDirectory, this.state);
  }
}

/** A process that has ended meanwhile gets an identity that no living one has. */
async function identity(pid: number): Promise<ProcessIdentity> {
  return (await identify(pid)) ?? { pid, started: 'ended' };
}
