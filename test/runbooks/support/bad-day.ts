import { docker } from '../../support/docker';
import { startLoad, type Load, type LoadOptions, type LoadReport } from '../../support/load';
import type { Belongings, ReleasedStack } from './released-stack';

const CONNECTIONS = 8;

/** How a bad day of a stack has ended. */
export interface BadDayEnd {
  /** Version of the one release that serves. */
  readonly serves: string;
  /** What belongs to the project: before, and now. */
  readonly before: Belongings;
  readonly now: Belongings;
  readonly report: LoadReport;
}

/** A stack under load to which something happens. Each prints its line of the table in docs/runbooks/deploy.md. */
export class BadDay {
  private readonly begin = performance.now();

  private constructor(
    private readonly stack: ReleasedStack,
    private readonly title: string,
    private readonly before: Belongings,
    private readonly old: string,
    private readonly load: Load,
  ) {}

  /** `url`: another way to the switch than the published port. */
  static async begin(
    stack: ReleasedStack,
    title: string,
    { url = stack.url, ...load }: Partial<LoadOptions> = {},
  ): Promise<BadDay> {
    const before = await stack.belongings();
    const old = await servedBy(stack);
    const running = await startLoad({ url, connections: CONNECTIONS, ...load });
    return new BadDay(stack, title, before, old, running);
  }

  /** Whatever happened must have ended. */
  async end(): Promise<BadDayEnd> {
    const seconds = (performance.now() - this.begin) / 1000;
    const report = await this.load.stop();
    const serves = await servedBy(this.stack);
    const { failed, sent } = report.total;
    const release = serves === this.old ? 'the old one' : 'the new one';
    const columns = [this.title, release, `${failed} of ${sent}`, seconds.toFixed(0)];
    process.stderr.write(`| ${columns.join(' | ')} |\n`);
    return { serves, before: this.before, now: await this.stack.belongings(), report };
  }
}

async function servedBy(stack: ReleasedStack): Promise<string> {
  return (await stack.versions()).join(' and ');
}

/** As the kernel kills what takes too much memory: Docker has not been asked to, and starts it again where it should. */
export async function killProcessOf(containerId: string): Promise<void> {
  const { State } = await docker.getContainer(containerId).inspect();
  process.kill(State.Pid, 'SIGKILL');
}
