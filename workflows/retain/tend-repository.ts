import { executeChild, ParentClosePolicy, WorkflowIdReusePolicy } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { repositoryWorkflowId } from '../messages';
import type { RepositoryInput, RepositoryWork } from '../model/retain';
import { SEARCH_ATTRIBUTES } from '../model/search-attributes';
import { WORKFLOW_TASK_QUEUE } from '../model/stack';
import { runActivities } from '../run/activities';
import { keyword } from '../run/keyword';
import type { Run } from '../run/runbook';
import type { StepCall } from '../run/steps';
import type { Tended } from './repository.workflow';
import { waitStep } from './retain-steps';

/**
 * Works on a repository as its only keeper: a workflow bears the repository's id as its name, and Temporal lets one run at a
 * time, whichever stack, host or client it is for. Whoever comes second waits for its end. When the run ends, however it
 * does, so does its keeper.
 */
export function tendRepository<Work extends RepositoryWork>(
  run: Run,
  repositoryId: string,
  work: Work,
): StepCall<Tended<Work>> {
  const workflowId = repositoryWorkflowId(repositoryId);
  const { stack, reference } = run;
  const input: RepositoryInput = { stack, run: reference, repositoryId, work };
  return async ({ summary = work.kind }) => {
    for (;;) {
      try {
        return (await executeChild('repository', {
          workflowId,
          taskQueue: WORKFLOW_TASK_QUEUE,
          args: [input],
          workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
          parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
          staticSummary: `${summary}, for ${reference.id}`,
          typedSearchAttributes: [
            keyword(SEARCH_ATTRIBUTES.stack, stack.name),
            keyword(SEARCH_ATTRIBUTES.host, stack.host),
          ],
        })) as Tended<Work>;
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
      await run.step(waitStep(work.kind), (options) =>
        runActivities().awaitRun.executeWithOptions(options, [{ run: workflowId }]),
      );
    }
  };
}
