import type { OperandSpec } from './command';

export const RUN = {
  usage: '<run>',
  about: 'a run: `melvin/42`, or `42` beside a stack file',
} as const satisfies OperandSpec;
