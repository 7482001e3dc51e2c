import { randomUUID } from 'node:crypto';
import { isGrpcServiceError, type Client } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';

type Schedule = temporal.api.schedule.v1.ISchedule;

const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
/** It is not what it was when it was read. */
const FAILED_PRECONDITION = 9;

export interface StoredSchedule {
  readonly schedule: Schedule;
  readonly conflictToken: Uint8Array;
}

/**
 * Schedules by Temporal's raw calls: its client knows no conflict token, and seals an input for one execution. What somebody else
 * did meanwhile is not overwritten, and no failure: whoever calls looks again.
 */
export class ScheduleStore {
  constructor(private readonly client: Client) {}

  async read(scheduleId: string): Promise<StoredSchedule | undefined> {
    const { namespace } = this.client.options;
    const found = await unless(NOT_FOUND, () =>
      this.client.workflowService.describeSchedule({ namespace, scheduleId }),
    );
    if (!found?.schedule) return undefined;
    return { schedule: found.schedule, conflictToken: found.conflictToken };
  }

  async create(
    scheduleId: string,
    schedule: Schedule,
    indexedFields: Record<string, Payload>,
  ): Promise<void> {
    await unless(ALREADY_EXISTS, () =>
      this.client.workflowService.createSchedule({
        ...this.request(scheduleId),
        schedule,
        searchAttributes: { indexedFields },
      }),
    );
  }

  /** Whether it is paused, and why, stays. */
  async replace(
    scheduleId: string,
    schedule: Schedule,
    { schedule: { state }, conflictToken }: StoredSchedule,
  ): Promise<void> {
    await unless(FAILED_PRECONDITION, () =>
      this.client.workflowService.updateSchedule({
        ...this.request(scheduleId),
        schedule: { ...schedule, ...(state && { state }) },
        conflictToken,
      }),
    );
  }

  async remove(scheduleId: string): Promise<void> {
    await unless(NOT_FOUND, () =>
      this.client.workflowService.deleteSchedule(this.request(scheduleId)),
    );
  }

  private request(scheduleId: string) {
    const { namespace, identity } = this.client.options;
    return { namespace, identity, scheduleId, requestId: randomUUID() };
  }
}

async function unless<Result>(
  code: number,
  call: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await call();
  } catch (error) {
    const answered: number | undefined = isGrpcServiceError(error) ? error.code : undefined;
    if (answered === code) return undefined;
    throw error;
  }
}
