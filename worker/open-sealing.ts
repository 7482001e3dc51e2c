import { KeyError, keyFileIn, openKeyRing } from '../sealing/key-file';
import type { Values } from './settings';
import type { COMMON_SETTINGS } from './common-settings';
import type { Logger } from './logging';
import type { Sealing } from './sealed-worker-options';
import { ConfigError, type Environment } from './settings';

/** Where a worker's or server's key is. */
export function keyFileOf({
  keyFile,
  stateDirectory,
}: Pick<Values<typeof COMMON_SETTINGS>, 'keyFile' | 'stateDirectory'>): string {
  return keyFile ?? keyFileIn(stateDirectory);
}

/**
 * Opens the key that this process seals with.
 * Throws: ConfigError, in words, when there is none or it is not safe
 */
export function openSealing(
  settings: Pick<Values<typeof COMMON_SETTINGS>, 'keyFile' | 'stateDirectory'>,
  env: Environment,
  logger: Logger,
): Sealing {
  const acceptUnsealed = env['PAWL_ACCEPT_UNSEALED'] === '1';
  if (acceptUnsealed) {
    logger.warn('PAWL_ACCEPT_UNSEALED=1: whoever reaches Temporal can make this worker act');
  }
  return { keys: inWords(() => openKeyRing(keyFileOf(settings))), acceptUnsealed };
}

/** What is wrong with a key is wrong with what this process was told. */
export function inWords<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof KeyError) throw new ConfigError(`${error.message}\n${error.advice}`);
    throw error;
  }
}
