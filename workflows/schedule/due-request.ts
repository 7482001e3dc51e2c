import type { RunbookRequest, RunRequest } from '../catalogue';
import { REQUEST_FORMAT, type RequestFrame } from '../model/run';
import type { ScheduleEntry } from '../model/schedule';
import type { StackDescription } from '../model/stack';

/**
 * What a schedule asks for. Nobody is there to decide about a held step, and others would wait for that: a run that fails is
 * undone, whatever the stack file says.
 * Shape:  stack, its entry → request; undefined of a runbook that no schedule starts
 */
export function dueRequest(stack: StackDescription, entry: ScheduleEntry): RunRequest | undefined {
  const frame: RequestFrame = {
    format: REQUEST_FORMAT,
    stack,
    requestedBy: `schedule/${entry.runbook}`,
    trigger: 'schedule',
    hold: false,
    pawlVersion: '',
  };
  const due = dueOptions(entry);
  return due && { ...frame, ...due };
}

function dueOptions({
  runbook,
  only = [],
  point = 'newest',
}: ScheduleEntry):
  RunbookRequest<'backup'> | RunbookRequest<'retain'> | RunbookRequest<'drill'> | undefined {
  switch (runbook) {
    case 'backup':
      return { runbook, options: { only, initialise: false } };
    case 'retain':
      return { runbook, options: { readAll: false } };
    case 'drill':
      return { runbook, options: { point: { choice: point }, only: [] } };
    default:
      return undefined;
  }
}
