import type { WorkflowExecutionInfo } from '@temporalio/client';
import type { RunMemo } from '../../workflows/model/run';
import { attributeKey } from './attributes';

type Described = Pick<WorkflowExecutionInfo, 'memo' | 'startTime' | 'typedSearchAttributes'>;

/** Where a run comes from, as its workflow carries it. */
export interface RunOrigin {
  /** Absent for a run of an older pawl. */
  readonly requestId?: string;
  readonly asked: {
    readonly requestedBy?: string;
    readonly trigger?: string;
    /** ISO 8601, UTC. */
    readonly requestedAt: string;
  };
}

/** Reads what the stack workflow gave a run when it started it. */
export function readOrigin({ memo, startTime, typedSearchAttributes }: Described): RunOrigin {
  // Marks where another key has sealed them.
  const { requestId, requestedAt } = (memo ?? {}) as Partial<Record<keyof RunMemo, unknown>>;
  const requestedBy = typedSearchAttributes.get(attributeKey('requester'));
  const trigger = typedSearchAttributes.get(attributeKey('trigger'));
  return {
    ...(typeof requestId !== 'string' ? {} : { requestId }),
    asked: {
      ...(requestedBy === undefined ? {} : { requestedBy }),
      ...(trigger === undefined ? {} : { trigger }),
      requestedAt: typeof requestedAt === 'string' ? requestedAt : startTime.toISOString(),
    },
  };
}
