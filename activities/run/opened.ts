import type { RepositoryDescription } from '../../workflows/model/stack';
import { AdapterError } from '../ports/adapter-error';
import type { Attempt } from '../ports/attempt';
import type { Ports } from '../ports/host-ports';
import type { RepositoryProbe } from '../ports/repository';
import type { Site } from '../ports/site';
import { untilAborted } from '../ports/until-aborted';

/** A person waits for the answer. A remote repository needs some seconds to open. */
const REPOSITORY_SECONDS = 15;

/** restic itself would wait for minutes, and try again. */
export async function opened(
  ports: Ports,
  site: Site,
  repository: RepositoryDescription,
  attempt: Attempt,
): Promise<RepositoryProbe> {
  const patience = AbortSignal.timeout(REPOSITORY_SECONDS * 1000);
  const signal = AbortSignal.any([attempt.signal, patience]);
  try {
    const asked = { ...attempt, signal };
    return await untilAborted(patience, () => ports.openRepository(site, repository).probe(asked));
  } catch (error) {
    if (error !== patience.reason) throw error;
    const text = `restic has not opened it within ${REPOSITORY_SECONDS} s`;
    throw new AdapterError('ServiceUnavailable', text);
  }
}
