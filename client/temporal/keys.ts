import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { KeyError, keyFileIn, openKeyRing } from '../../sealing/key-file';
import type { KeyRing } from '../../sealing/key-ring';
import { defaultStateDirectory } from '../../toolchain/state-directory';
import { isMark, UNSEALED } from '../../workflows/model/seal';
import { ClientError } from '../client-error';
import type { Globals } from '../command';
import { EXIT_CODES } from '../exit-codes';

/** `--key-file`, or PAWL_KEY_FILE; else that of a `pawl server` on this machine: beside the configuration that leads to it, or in its usual place. */
export function keyFileOf({ keyFile, cwd, env }: Globals): string {
  const { PAWL_KEY_FILE: told, TEMPORAL_CONFIG_FILE: config, PAWL_STATE_DIR: state } = env;
  const named = keyFile ?? told;
  if (named) return resolve(cwd, named);
  const beside = config ? keyFileIn(dirname(config)) : undefined;
  if (beside !== undefined && existsSync(beside)) return beside;
  return keyFileIn(state || defaultStateDirectory(env));
}

/** Throws: ClientError (refused) when there is no key, or it may not be used */
export function readKeys(globals: Globals): KeyRing {
  return keysInWords(() => openKeyRing(keyFileOf(globals)));
}

/** Throws: ClientError in place of a KeyError */
export function keysInWords<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    const { message, advice } = error;
    throw new ClientError(EXIT_CODES.refused, message, { advice, reason: 'key', cause: error });
  }
}

/** Throws: ClientError (refused) for an answer that could not be opened */
export function refuseUnsealedAnswer<Answer>(answer: Answer): Answer {
  if (!isMark(answer)) return answer;
  throw new ClientError(
    EXIT_CODES.refused,
    `What Temporal has cannot be read here: ${answer[UNSEALED]}.`,
    {
      advice:
        'Use the key of the host where it was made (PAWL_KEY_FILE). Did nobody change keys, then somebody without one has put it there.',
      reason: 'key',
    },
  );
}
