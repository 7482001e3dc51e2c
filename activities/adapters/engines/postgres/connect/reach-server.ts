import type { PostgresEntry } from '../../../../../workflows/model/stack';
import type { Site } from '../../../../ports/site';
import type { Access, Caller, PostgresDependencies } from './access';
import { accessByAddress } from './access-by-address';
import { accessInContainer } from './access-in-container';

/** No effect by itself beyond reading the password. */
export async function reachServer(
  dependencies: PostgresDependencies,
  site: Site,
  entry: PostgresEntry,
  caller: Caller,
): Promise<Access> {
  const { reach, user } = entry;
  const password = entry.password && (await site.secret(entry.password));
  const login = {
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password }),
  };
  if ('address' in reach) return accessByAddress(dependencies, reach.address, login, caller);
  const runner = await dependencies.containers.runner(site, reach.service);
  return accessInContainer(runner, login, caller);
}
