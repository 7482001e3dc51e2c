import type Dockerode from 'dockerode';
import { collector, unreadable } from './container-output';
import { asking } from './docker-failure';
import { unlessMissing } from './docker-status';
import { lastBytes } from '../process/last-bytes';
import { withoutEnvironment } from './without-environment';

const LIMIT_BYTES = 1024 ** 2;

/** The engine's answer is read whole: a line has 16 KiB at most. */
const MOST_LINES = 5_000;

/** The end of what a container wrote, without what it was told in its environment. Undefined when it is gone. */
export async function containerLog(docker: Dockerode, id: string): Promise<string | undefined> {
  return asking(`Could not read the log of container ${id.slice(0, 12)}`, async () => {
    const container = docker.getContainer(id);
    const info = await container.inspect().catch(unlessMissing);
    if (info === undefined) return undefined;
    const output = lastBytes(LIMIT_BYTES);
    try {
      const options = { stdout: true, stderr: true, timestamps: true, tail: MOST_LINES } as const;
      collector(info.Config.Tty, output)(await container.logs(options));
    } catch (error) {
      output.add(Buffer.from(unreadable(error)));
    }
    const redact = await withoutEnvironment(docker, info);
    return redact(output.text());
  });
}
