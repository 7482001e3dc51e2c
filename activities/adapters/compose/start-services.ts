import { AdapterError } from '../../ports/adapter-error';
import type { ServiceContainer } from '../../ports/service-containers';
import { recreateArguments, upArguments } from './arguments';
import { isHalfMade } from './left-alone';

/**
 * Makes services as the file says, also after a Compose that was killed between the making of a container and its renaming.
 * Such a container is never renamed again, so it is made anew; and where both it and its predecessor are out of date,
 * Compose 2.40 removes the one and renames the other at once, which now and then is a conflict.
 * `look`: the containers that there are of one.
 */
export async function startServices(
  compose: (argv: readonly string[]) => Promise<string>,
  services: readonly string[],
  look: (service: string) => Promise<readonly Pick<ServiceContainer, 'name'>[]>,
): Promise<void> {
  const findHalfMade = async (): Promise<readonly string[]> => {
    const found = await Promise.all(services.map(look));
    return services.filter((_, at) => found[at]?.some(isHalfMade));
  };
  try {
    await compose(upArguments(services));
  } catch (error) {
    if (!isNameTaken(error) || (await findHalfMade()).length === 0) throw error;
    await compose(upArguments(services));
  }
  const halfMade = await findHalfMade();
  if (halfMade.length > 0) await compose(recreateArguments(halfMade));
}

/** With a name: that this one is. */
export function isNameTaken(error: unknown, name = ''): boolean {
  if (!(error instanceof AdapterError)) return false;
  const [, taken] = /container name "\/(.*?)" is already in use/.exec(error.message) ?? [];
  return taken !== undefined && (name === '' || taken === name);
}
