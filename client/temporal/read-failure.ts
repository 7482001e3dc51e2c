import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/common';
import { readDetails, type FailureEvidence } from '../../workflows/model/failure-type';
import type { RunProgress, StepProgress } from '../../workflows/model/run';
import { isFailureType } from '../exit-codes';

/** What Temporal's converter leaves in the place of words that were sealed. */
export const SEALED_WORDS = 'Encoded failure';

/** Why a run ended as it did, read from the failure that Temporal keeps. */
export interface RunFailure {
  /** A `FailureType`, or `Cancelled`, `Terminated`, `TimedOut`, `Unknown`. */
  readonly type: string;
  readonly message: string;
  /** Id of the step, when one failed. */
  readonly step?: string;
  readonly evidence: FailureEvidence;
  /** What state things are in now, in a sentence. */
  readonly state?: string;
  readonly advice?: string;
  /** How far the run was. Kept with the failure, so that it is known without a worker. */
  readonly steps?: readonly StepProgress[];
}

/** What to do about another key. */
export const OTHER_KEY =
  'Use the key of the worker: a copy of its `pawl.key`, named by PAWL_KEY_FILE or --key-file.';

/** The outermost failure that pawl itself worded; else the innermost there is. */
export function readFailure(error: unknown): RunFailure {
  const chain = causes(error);
  const ours = chain.filter((link) => link instanceof ApplicationFailure);
  const main = ours.find((link) => isFailureType(link.type ?? '')) ?? chain.at(-1);
  const step = chain.find((link) => link instanceof ActivityFailure)?.activityId;
  const told = ours.flatMap((link) => readDetails(link.details) ?? []);
  const evidence = told[0]?.evidence ?? {};
  const advice = main?.message === SEALED_WORDS ? OTHER_KEY : evidence.advice;
  const state = told.find(({ stateNow }) => stateNow !== undefined)?.stateNow;
  const progress = told.find((details) => isProgress(details.progress))?.progress;
  return {
    type: typeOf(main),
    message: messageOf(main, error),
    evidence,
    ...(step === undefined ? {} : { step }),
    ...(state === undefined ? {} : { state }),
    ...(advice === undefined ? {} : { advice }),
    ...(progress === undefined ? {} : { steps: progress.steps }),
  };
}

function causes(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let at = error; at instanceof Error; at = at.cause) chain.push(at);
  return chain;
}

function typeOf(error: Error | undefined): string {
  if (error instanceof CancelledFailure) return 'Cancelled';
  if (error instanceof TerminatedFailure) return 'Terminated';
  if (error instanceof TimeoutFailure) return 'TimedOut';
  return (error instanceof ApplicationFailure ? error.type : undefined) ?? 'Unknown';
}

function messageOf(main: Error | undefined, error: unknown): string {
  if (main instanceof CancelledFailure) return 'It was cancelled.';
  if (main instanceof TerminatedFailure) {
    return `It was terminated from outside${main.message ? ` (${main.message})` : ''}; nothing was undone.`;
  }
  if (main instanceof TimeoutFailure) return `It ran out of time (${main.timeoutType}).`;
  if (main?.message === SEALED_WORDS) {
    return 'It failed, or was refused, in words that are sealed with another key than the one that is used here.';
  }
  return main?.message ?? String(error);
}

/** Of another version, say, it may be anything. */
function isProgress(progress: RunProgress | undefined): boolean {
  return Array.isArray(progress?.steps);
}
