import { EXIT_CODES, exitCodeOfFailure } from '../exit-codes';
import type { ExitCode } from '../exit-codes';
import type { RunEnd } from '../follow/follow-run';
import { printRunEvent } from '../follow/presenters';
import { renderFailure } from '../render/failure';
import { renderOutcome } from '../render/outcome';
import type { Output } from '../terminal/output';

/** Tells how a run ended; returns the exit code that says the same. */
export function finishRun(output: Output, end: RunEnd): ExitCode {
  const exitCode = exitCodeOf(end);
  const { view, outcome, replaced, failure } = end;
  const { status, startedAt, endedAt } = view;
  const ended = { event: 'ended', status, exitCode, startedAt, endedAt, outcome, failure };
  printRunEvent(output, view.run, ended);
  if (failure) {
    const text = renderFailure(view, failure);
    if (!output.style.json) output.error(output.noteColours.red(text));
  } else if (outcome && outcome.state !== 'planned') {
    output.result(renderOutcome(outcome, output.textWidth, replaced));
  }
  return exitCode;
}

export function exitCodeOf({ view, outcome, failure }: RunEnd): ExitCode {
  if (view.status === 'done' && !failure) return exitCodeOfOutcome(outcome);
  if (view.status === 'cancelled') return EXIT_CODES.cancelled;
  return exitCodeOfFailure(failure?.type);
}

/** A drill has done what it is for, also where the recovery point does not hold. */
function exitCodeOfOutcome(outcome: RunEnd['outcome']): ExitCode {
  const isDisproof =
    outcome?.state === 'done' && outcome.runbook === 'drill' && outcome.proof === 'failed';
  return isDisproof ? EXIT_CODES.proofFailed : EXIT_CODES.done;
}
