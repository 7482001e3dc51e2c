import type Dockerode from 'dockerode';
import { redactor } from '../process/redact';
import { unlessMissing } from './docker-status';

/** Shorter values, such as `true` or `8000`, stand in every log. */
const SHORTEST_SECRET = 6;

/** Takes out of what a container wrote the values that it was given and its image does not have: those are no secret. */
export async function withoutEnvironment(
  docker: Dockerode,
  { Image, Config }: Pick<Dockerode.ContainerInspectInfo, 'Image' | 'Config'>,
): Promise<(text: string) => string> {
  const image = await docker.getImage(Image).inspect().catch(unlessMissing);
  // Null where there is none, whatever the types say.
  const own = new Set((image?.Config.Env as string[] | null | undefined) ?? []);
  const given = ((Config.Env as string[] | null) ?? []).filter((line) => !own.has(line));
  const values = given.map((line) => line.slice(line.indexOf('=') + 1));
  return redactor(values.filter((value) => value.length >= SHORTEST_SECRET));
}
