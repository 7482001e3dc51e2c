import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PawlEnvironment } from '../support/pawl-environment';
import { StackFixture, stackSecrets } from '../support/stack-fixture';
import { startStackServers, type StackServers } from '../support/stack-servers';
import { Faults, type ArmedFault, type Fault } from './faults';

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

  /**
   * Does something while a fault waits to kill the worker, starts the worker again as soon as it is dead, and answers
   * with what came of it and the part that was worked on.
   */
  async throughKill<Output>(
    fault: Omit<Fault, 'then'>,
    work: () => Promise<Output>,
  ): Promise<{ readonly output: Output; readonly part: string }> {
    const armed = await this.arm({ ...fault, then: 'kill' });
    const output = work();
    const premature = output.then((end) => {
      throw new Error(`It ended, and the worker was not killed: ${JSON.stringify(end)}`);
    });
    const end = await Promise.race([this.pawl.workerEnd(), premature]);
    if (end !== 'signal SIGKILL') throw new Error(`The worker ended with ${String(end)}`);
    premature.catch(() => undefined);
    const part = await armed.struck();
    await this.pawl.startWorker();
    return { output: await output, part };
  }

  /** As `throughKill`, at both ends of an activity: the attempt that goes on is killed too. */
  async throughKills<Output>(activity: string, work: () => Promise<Output>): Promise<Output> {
    const armed = await this.faults.arm(
      { activity, at: 'start', then: 'kill' },
      { activity, at: 'end', then: 'kill' },
    );
    const output = work();
    const premature = output.then((end) => {
      throw new Error(`It ended before it was killed twice: ${JSON.stringify(end)}`);
    });
    premature.catch(() => undefined);
    for (const fault of armed) {
      const end = await Promise.race([this.pawl.workerEnd(), premature]);
      if (end !== 'signal SIGKILL') throw new Error(`The worker ended with ${String(end)}`);
      await fault.struck();
      await this.pawl.startWorker();
    }
    return output;
  }

  async stop(): Promise<void> {
    await this.pawl.stop();
    await this.servers.stop();
    await rm(this.faultDirectory, { recursive: true, force: true });
  }
}
