import { join } from 'node:path';
import { longFingerprint } from '../workflows/model/fingerprint';

/**
 * Where scratch servers of PostgreSQL have their folders. Root's run as another user, who may not enter the state directory; the
 * name tells this installation's from another's.
 */
export function clustersRoot(stateDirectory: string): string {
  if (process.getuid?.() !== 0) return join(stateDirectory, 'drill-servers');
  return `/var/tmp/pawl-drill-${longFingerprint(stateDirectory).slice(0, 8)}`;
}
