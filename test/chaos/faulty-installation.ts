import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PawlEnvironment } from '../support/pawl-environment';
import { StartError } from '../../worker/run-entry';
import { StackFixture, stackSecrets } from '../support/stack-fixture';
import { startStackServers, type StackServers } from '../support/stack-servers';
import { EDGES } from './crash-cases';
import { Faults, type ArmedFault, type Fault } from './faults';

/** Each strikes once: the attempt that comes after the first is killed too, when it has done its work. */
export function killsAtBothEnds(activities: readonly string[]): readonly Fault[] {
  return activities.flatMap((activity) =>
    EDGES.map((at): Fault => ({ activity, at, then: 'kill' })),
  );
}

/** A whole installation in which things can be made to go wrong. */
export class FaultyInstallation {
  private stacks = 0;

  private constructor(
    readonly pawl: PawlEnvironment,
    readonly servers: StackServers,
    readonly faults: Faults,
    private readonly faultDirectory: string,
  ) {}

  static async start(
    workerEnv: Readonly<Record<string, string>> = {},
  ): Promise<FaultyInstallation> {
    const faultDirectory = await mkdtemp(join(tmpdir(), 'pawl-faults-'));
    const faults = Faults.in(faultDirectory);
    const servers = await startStackServers();
    const env = { ...stackSecrets(servers), ...faults.env, ...workerEnv };
    try {
      const pawl = await PawlEnvironment.start({ workerEnv: env });
      return new FaultyInstallation(pawl, servers, faults, faultDirectory);
    } catch (error) {
      await servers.stop();
      throw error;
    }
  }

  /** A stack that pawl has not seen yet. */
  newStack(options: { withoutRepository?: boolean } = {}): Promise<StackFixture> {
    return StackFixture.create(this.pawl, this.servers, `stack${(this.stacks += 1)}`, options);
  }

  async arm(fault: Fault): Promise<ArmedFault> {
    const [armed] = await this.faults.arm(fault);
    if (armed === undefined) throw new Error('nothing was armed');
    return armed;
  }

  /** Does something while the worker is killed at both ends of each activity: the attempt that goes on is killed too. */
  async throughKills<Output>(
    activities: readonly string[],
    work: () => Promise<Output>,
  ): Promise<Output> {
    const armed = await this.faults.arm(...killsAtBothEnds(activities));
    return this.survive(armed, work());
  }

  /** As `throughKills`, at one end: for what somebody waits for who would not wait so long. */
  async throughKill<Output>(
    kill: Pick<Fault, 'activity' | 'at'>,
    work: () => Promise<Output>,
  ): Promise<Output> {
    return this.survive(await this.faults.arm({ ...kill, then: 'kill' }), work());
  }

  /** Starts the worker again as often as what was armed has killed it, in whatever order. */
  async survive<Output>(armed: readonly ArmedFault[], output: Promise<Output>): Promise<Output> {
    const premature = output.then((end) => {
      throw new Error(
        `It ended before it was killed ${armed.length} times: ${JSON.stringify(end)}`,
      );
    });
    premature.catch(() => undefined);
    for (let left = armed.length; left > 0; left -= 1) {
      const end = await Promise.race([this.pawl.workerEnd(), premature]);
      if (end !== 'signal SIGKILL') throw new Error(`The worker ended with ${String(end)}`);
      // A step may be taken, and its worker killed, before that has said that it is ready.
      while (!(await this.startAgain(left > 1))) left -= 1;
    }
    await Promise.all(armed.map((fault) => fault.struck()));
    return output;
  }

  private async startAgain(mayBeKilled: boolean): Promise<boolean> {
    try {
      await this.pawl.startWorker();
      return true;
    } catch (error) {
      const wasKilled = error instanceof StartError && error.message.includes('signal SIGKILL');
      if (mayBeKilled && wasKilled) return false;
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.pawl.stop();
    await this.servers.stop();
    await rm(this.faultDirectory, { recursive: true, force: true });
  }
}
