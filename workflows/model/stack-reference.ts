import type { StackDescription } from './stack';

/** In place of a long description of a stack, once its host has been given that: a history has it once, and not with each step. */
export interface StackReference {
  readonly name: string;
  readonly host: string;
  /** Hash of the whole description, by which the host keeps it. */
  readonly description: string;
}

/** Type of the failure of a step whose host no longer has the description: it is given again, and nobody sees this. */
export const DESCRIPTION_UNKNOWN = 'DescriptionUnknown';

export function isReference(stack: StackDescription | StackReference): stack is StackReference {
  return 'description' in stack;
}
