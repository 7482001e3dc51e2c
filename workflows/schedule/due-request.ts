import type { RequestOf, RunRequest } from '../catalogue';
import { REQUEST_FORMAT } from '../model/run';
import type { ScheduleEntry } from '../model/schedule';
import type { StackDescription } from '../model/stack';

/**
 * What a schedule asks for. Nobody is there to decide about a held step, and others would wait for that: a run that fails is
 * undone, whatever the stack file says.
 * Shape:  stack, its entry → request; undefined of a runbook that no schedule starts
 */
export function dueRequest(stack: StackDescription, entry: ScheduleEntry): RunRequest | undefined {
  if (entry.runbook !== 'backup') return undefined;
  const request: RequestOf<'backup'> = {
    format: REQUEST_FORMAT,
    runbook: 'backup',
    options: { only: entry.only ?? [], initialise: false },
    stack,
    requestedBy: `schedule/${entry.runbook}`,
    trigger: 'schedule',
    hold: false,
    pawlVersion: '',
  };
  return request;
}
