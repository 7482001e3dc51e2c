import { AdapterError } from '../../../../ports/adapter-error';
import type { Access } from '../connect/access';
import type { RestoreNames } from './databases';
import type { Blocking } from './what-blocks';

/* Why a step of a restore does not do what it was asked to: what the three databases of its target are. */

/** What has the name of `keep` and is not from this restore is not for it to drop, rename or overwrite. */
export function keepTaken({ place }: Access, { into, keep }: RestoreNames): AdapterError {
  return new AdapterError(
    'PreconditionFailed',
    `Could not swap ${into} at ${place}: ${keep} exists already and is not overwritten; ${into} is untouched`,
    { advice: `Rename or drop the database ${keep}.` },
  );
}

/** Content is restored in one step and swapped in another: in between, a late attempt may have begun anew. */
export function notRestored({ place }: Access, { into, beside }: RestoreNames): AdapterError {
  return new AdapterError(
    'PreconditionFailed',
    `Could not swap ${into} at ${place}: ${beside} was not restored wholly; ${into} is untouched`,
    { advice: 'Restore again.' },
  );
}

export function nothingToSwap({ place }: Access, { into, beside }: RestoreNames): AdapterError {
  return new AdapterError(
    'PreconditionFailed',
    `Could not swap ${into} at ${place}: neither it nor ${beside} exists`,
  );
}

export function lastOne({ place }: Access, { into, keep }: RestoreNames): AdapterError {
  return new AdapterError(
    'PreconditionFailed',
    `${keep} is all that is left of ${into} at ${place}: it is not dropped`,
  );
}

export function replacedMeanwhile({ place }: Access, { beside }: RestoreNames): AdapterError {
  return new AdapterError(
    'ResourceBusy',
    `${beside} at ${place} was restored, and is gone or was recreated by another attempt`,
  );
}

/** Nobody was disconnected: it was looked at first. */
export function held(
  { place }: Access,
  { into }: RestoreNames,
  refusals: Blocking['refusals'],
): AdapterError {
  return new AdapterError(
    'ResourceBusy',
    `Could not swap ${into} at ${place}: ${refusals.map(({ reason }) => reason).join('; ')}; ${into} is untouched, and no session of it was ended`,
    { advice: refusals.map(({ wayOut }) => wayOut).join(' ') },
    { final: true },
  );
}

/** The server's own words say what it is, such as a prepared transaction. */
export function stillBusy(
  { place }: Access,
  { into }: RestoreNames,
  cause: AdapterError,
): AdapterError {
  return new AdapterError(
    'ResourceBusy',
    `Could not swap ${into} at ${place}, with its sessions ended each time it was tried: ${cause.message}; ${into} is open again, with what it had`,
    { ...cause.evidence, advice: 'Restore again when it is free.' },
    { cause, final: true },
  );
}
