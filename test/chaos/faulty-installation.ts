import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PawlEnvironment } from '../support/pawl-environment';
import { StartError } from '../../worker/run-entry';
import { StackFixture, stackSecrets } from '../support/stack-fixture';
import { startStackServers, type StackServers } from '../support/stack-servers';
import { Faults, type ArmedFault, type Fault } from './faults';

/** A killed worker is missed after this; preload.cjs lets living ones tell of themselves five times as often. */
const HEARTBEAT = '1s';
/** Longest time between two kills, or from the last one to the end: what takes so long has stopped. */
const PATIENCE_SECONDS = 120;

/** What is done while the worker is killed, and what must be true then. */
export interface Ordeal<Output> {
  /** Is given what holds it, in the order in which it was armed. */
  readonly work: (holds: readonly ArmedFault[]) => Promise<Output>;
  readonly expect: (output: Output) => Promise<void> | void;
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
    const faults = await Faults.in(faultDirectory);
    const servers = await startStackServers();
    const env = { ...stackSecrets(servers), ...faults.env, ...workerEnv };
    try {
      const pawl = await PawlEnvironment.start({ workerEnv: env, heartbeat: HEARTBEAT });
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

  /** Does something while the worker is killed wherever it is said. What fails then tells of the kills. */
  async through<Output>(
    faults: readonly Fault[],
    { work, expect }: Ordeal<Output>,
  ): Promise<Output> {
    const before = (await this.faults.kills()).length;
    try {
      const armed = await this.faults.arm(...faults);
      const [kills, holds] = [armed.filter(isKill), armed.filter((fault) => !isKill(fault))];
      const output = await this.survive(kills, work(holds));
      await expect(output);
      return output;
    } catch (error) {
      const [last = 'nowhere', ...earlier] = (await this.faults.kills()).slice(before).reverse();
      const message = error instanceof Error ? error.message : String(error);
      const told = [`killed last at ${last}`, ...earlier.map((kill) => `before at ${kill}`)];
      const said = (await this.pawl.workerLog()).slice(-LAST_WORDS);
      throw new Error([message, '', ...told, '', said].join('\n'), { cause: error });
    }
  }

  /** Starts the worker again as often as what was armed has killed it, in whatever order. */
  private async survive<Output>(
    armed: readonly ArmedFault[],
    output: Promise<Output>,
  ): Promise<Output> {
    const left = (): readonly string[] =>
      armed.filter(({ hasStruck }) => !hasStruck).map(({ place }) => place);
    const premature = output.then((end): Promise<never> => {
      // The last kill may come when all that was waited for is there: the worker is dying of it.
      if (left().length === 0) return new Promise(() => undefined);
      throw new Error(
        `It ended, and was not killed at ${left().join(', ')}: ${JSON.stringify(end)}`,
      );
    });
    premature.catch(() => undefined);
    let isToBeKilled = true;
    while (isToBeKilled) {
      const end = await inTime(Promise.race([this.pawl.workerEnd(), premature]), left);
      if (end !== 'signal SIGKILL') throw new Error(`The worker ended with ${String(end)}`);
      // A step may be taken, and its worker killed, before that has said that it is ready.
      do isToBeKilled = left().length > 0;
      while (!(await this.startAgain(isToBeKilled)));
    }
    const died = this.pawl.workerEnd().then((end) => {
      throw new Error(`The worker ended with ${String(end)}, and nobody had killed it`);
    });
    died.catch(() => undefined);
    return Promise.race([output, died]);
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

/** Of its log, so many characters. */
const LAST_WORDS = 3_000;

function isKill({ then }: ArmedFault): boolean {
  return then === 'kill';
}

async function inTime<Output>(
  output: Promise<Output>,
  left: () => readonly string[],
): Promise<Output> {
  const done = new AbortController();
  const late = sleep(PATIENCE_SECONDS * 1000, undefined, { signal: done.signal }).then(() => {
    throw new Error(`For ${PATIENCE_SECONDS} s nobody came to ${left().join(', ')}`);
  });
  try {
    return await Promise.race([output, late]);
  } finally {
    done.abort();
    late.catch(() => undefined);
  }
}
