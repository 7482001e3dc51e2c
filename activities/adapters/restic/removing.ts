import { AdapterError } from '../../ports/adapter-error';
import type { Restic, ResticCall } from './restic';

/** Runs what removes something: a repository that only takes is told from one whose login is wrong. */
export async function removing(restic: Restic, call: ResticCall): Promise<string> {
  const seen = { refusal: false };
  const onLine = (line: string): void => {
    seen.refusal ||= REMOVAL_REFUSED.test(line);
  };
  try {
    return await restic.run({ ...call, onLine }, 'network');
  } catch (error) {
    if (!seen.refusal || !(error instanceof AdapterError)) throw error;
    throw new AdapterError(
      'PreconditionFailed',
      `${call.attempted} failed: the repository lets this host add and not remove (append-only)`,
      {
        advice:
          'Forgetting and pruning are for the worker on a host that may remove there: give the stack file there a `keep`, ' +
          'and leave it out here. `pawl retain` without `keep` only checks.',
      },
    );
  }
}

/** As rest-server and `rclone serve restic --append-only` refuse it, and S3 without the right to delete. */
const REMOVAL_REFUSED = /Remove\(<[^>]*>\) failed: .*(\b403\b|Forbidden|Access ?Denied)/i;
