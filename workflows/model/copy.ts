import type { StackDescription } from './stack';

/** What was seen of one copy beside the stack's own repository, at one time. */
export interface SeenCopy {
  readonly name: string;
  /** Why it was not read, in a sentence without its full stop; nothing is known of its points then. */
  readonly away?: string;
  /** Keys of the runs whose points it holds whole. */
  readonly held: readonly string[];
  /** Points that the stack's own repository holds whole and this one does not, newest first. */
  readonly lacking: readonly LackedPoint[];
}

export interface LackedPoint {
  /** As the stack's own repository has it. */
  readonly id: string;
  readonly takenAt: string;
}

/** What a look at all copies found. */
export interface CopyList {
  /** In the stack file's order. */
  readonly copies: readonly SeenCopy[];
}

/** What the keeper of a copy is started with, and woken by. */
export interface CopyInput {
  readonly stack: StackDescription;
  readonly copy: string;
  /** Take the repository at its address though it is another one than before. */
  readonly acceptAnother?: true;
  /** Present when this execution continues an earlier one. */
  readonly carried?: CopyTrouble;
}

/** Why a copy is behind; answer of a keeper's `copyTrouble` query, undefined while it has not failed. */
export interface CopyTrouble {
  readonly reason: string;
  readonly advice?: string;
  /** How often it was tried in vain, one after the other. */
  readonly tries: number;
  /** ISO 8601, UTC: when it failed for the first and for the last time. */
  readonly since: string;
  readonly last: string;
}

/** What a keeper returns: its copy held every point that can be copied. */
export interface CopyOutcome {
  readonly copy: string;
  /** Points that were copied, by the ids of the stack's own repository. */
  readonly copied: readonly string[];
  /** Points that cannot be copied: the stack's own repository no longer holds all of them, or cannot read them. */
  readonly skipped: readonly SkippedPoint[];
}

export interface SkippedPoint {
  readonly id: string;
  /** In a sentence without its full stop. */
  readonly reason: string;
}

/** The stack as it is read from one of its copies; undefined where it has none of that name. */
export function readingFrom(stack: StackDescription, copy: string): StackDescription | undefined {
  return stack.copies?.some(({ name }) => name === copy) === true
    ? { ...stack, readFrom: copy }
    : undefined;
}
