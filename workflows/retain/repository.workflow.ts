import type { Forgotten, Pruned } from '../../activities/ports/retention';
import type { RepositoryInput, RepositoryWork } from '../model/retain';
import { requests } from '../requests/request-schema';
import { requireShape } from '../requests/require-shape';
import { hostActivities } from '../run/activities';

/** What comes of each work. */
export interface TendedOf {
  readonly forget: Forgotten;
  readonly prune: Pruned;
  readonly check: undefined;
}
export type Tended<Work extends RepositoryWork = RepositoryWork> = TendedOf[Work['kind']];

/**
 * Does one thing to a repository, for a run: forgets, prunes or checks. Its name is the repository's, so that nothing else of
 * the kind goes on there meanwhile. Temporal owns this lock: it ends with the workflow, and needs no lease.
 */
export async function repository(input: RepositoryInput): Promise<Tended> {
  requireShape(requests.repositoryInput, input, 'the work on a repository');
  const { stack, run, repositoryId, work } = input;
  const act = hostActivities(stack);
  const options = { activityId: work.kind, summary: `${work.kind}, for ${run.id}` };
  switch (work.kind) {
    case 'forget': {
      const { runKeys, now } = work;
      return act.forgetPoints.executeWithOptions(options, [{ stack, run, runKeys, now }]);
    }
    case 'prune':
      return act.pruneRepository.executeWithOptions(options, [{ stack, run }]);
    case 'check': {
      const reading = work.slice === undefined ? {} : { slice: work.slice };
      await act.checkRepository.executeWithOptions(options, [
        { stack, run, repositoryId, ...reading },
      ]);
      return undefined;
    }
  }
}
