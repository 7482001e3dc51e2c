import type Dockerode from 'dockerode';
import { redactor } from '../process/redact';
import { collector, unreadable } from './container-output';
import { asking } from './docker-failure';
import { unlessMissing } from './engine-status';
import { lastBytes } from './last-bytes';

const LIMIT_BYTES = 1024 ** 2;

/** The engine's answer is read whole: a line has 16 KiB at most. */
const MOST_LINES = 5_000;

/** Shorter values, such as `true` or `8000`, stand in every log. */
const SHORTEST_SECRET = 6;

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
    return redactor(await told(docker, info))(output.text());
  });
}

/** Values that the container was given and its image does not have: what is in an image is no secret. */
async function told(
  docker: Dockerode,
  { Image, Config }: Dockerode.ContainerInspectInfo,
): Promise<readonly string[]> {
  const image = await docker.getImage(Image).inspect().catch(unlessMissing);
  // Null where there is none, whatever the types say.
  const own = new Set((image?.Config.Env as string[] | null | undefined) ?? []);
  const given = ((Config.Env as string[] | null) ?? []).filter((line) => !own.has(line));
  const values = given.map((line) => line.slice(line.indexOf('=') + 1));
  return values.filter((value) => value.length >= SHORTEST_SECRET);
}
