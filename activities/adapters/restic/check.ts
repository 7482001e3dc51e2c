import type { Slice } from '../../../workflows/model/retention';
import { AdapterError } from '../../ports/adapter-error';
import type { Attempt } from '../../ports/attempt';
import { checkArguments } from './arguments';
import { describeDamage } from './describe-damage';
import { messageOf } from './events';
import { meaningOf } from './meanings';
import type { Restic } from './restic';

/** restic's last word where it has found damage; whatever else ends it is no verdict. */
const VERDICT = /^Fatal: repository contains errors/;

/** Lines of one look that are kept: one damaged pack has some ten. */
const MOST_LINES = 2000;

/**
 * Looks whether the repository is whole, and reads one slice of its packs. It takes no lock, so that a backup may run beside
 * it; what it finds damaged is looked at again under a lock before it is told.
 * Retry:  safe; reads only
 * Throws: VerificationFailed (with the points that are touched) · ResourceBusy · ServiceUnavailable
 */
export async function check(
  restic: Restic,
  stack: string,
  slice: Slice | undefined,
  attempt: Attempt,
): Promise<void> {
  if ((await look(restic, slice, false, attempt)) === undefined) return;
  const damage = await look(restic, slice, true, attempt);
  if (damage === undefined) return;
  throw await describeDamage(restic, stack, damage, attempt);
}

/** What is wrong, line by line; undefined where nothing is. */
async function look(
  restic: Restic,
  slice: Slice | undefined,
  lock: boolean,
  { signal, onProgress }: Attempt,
): Promise<readonly string[] | undefined> {
  const lines: string[] = [];
  const seen = { verdict: false };
  const onLine = (line: string): void => {
    onProgress();
    const message = messageOf(line);
    seen.verdict ||= VERDICT.test(message);
    if (lines.length < MOST_LINES) lines.push(message);
  };
  const attempted = `Checking ${restic.name}`;
  try {
    const args = checkArguments(slice, lock);
    await restic.run({ args, attempted, signal, wasSeen: true, onLine }, 'network');
    return undefined;
  } catch (error) {
    if (!(error instanceof AdapterError) || !seen.verdict) throw error;
    const circumstances = { isRemote: restic.location.folder === undefined, wasSeen: true };
    const away = lines.find(
      (line) => meaningOf(null, line, circumstances)?.kind === 'ServiceUnavailable',
    );
    if (away === undefined) return lines;
    // A pack that did not arrive counts as an error, too.
    throw new AdapterError('ServiceUnavailable', `${attempted} failed: ${away}`, error.evidence);
  }
}
