import type { CommandSpec, OperandSpec } from '../command';

/* What several runbooks take on the command line. */

export const PARTS = {
  usage: '[part...]',
  about: 'entries of `protect` (or `entry/database`); all when none is named',
  complete: 'part',
} as const satisfies OperandSpec;

export const TIMEOUT = [
  '--timeout <duration>',
  'stop following after this long (`90s`, `30m`, `2h`); the run goes on',
] as const;

export const WAITING = [
  ['--detach', 'return as soon as the run is taken'],
  ['--no-wait', 'do not queue: exit 4 when another run is ahead'],
  TIMEOUT,
] as const satisfies CommandSpec['options'];

/** What becomes of a run that fails is no matter of its plan. */
export const STARTING = [
  ['--hold', 'hold a step that failed permanently, for `pawl resolve`, instead of undoing the run'],
  [
    '--despite-freeze <why>',
    "start in spite of the stack file's `freeze`; goes to the audit record",
  ],
  ['--no-hold', 'undo the run when a step fails, regardless of the stack file'],
  ...WAITING,
] as const satisfies CommandSpec['options'];

export const LEAVE_OUT = [
  '--leave-out <name>',
  'restore without this object of a PostgreSQL database, such as `public.totals`; again for each',
  'again',
] as const;
