import type { z } from 'zod';
import type { PlanBase } from './model/plans';
import type { Matches, Shapes } from './requests/shapes';

/** What a runbook takes, shows and returns. */
export interface RunbookTypes {
  readonly options: object;
  readonly plan: PlanBase;
  readonly outcome: { readonly state: 'done'; readonly run: string };
}

/** What there is to know of a runbook without running it. Client, stack file, queue and request check read it. */
export interface RunbookFacts<Name extends string, Schema extends z.ZodType> {
  /** Of its command and of its workflow type. */
  readonly name: Name;
  /**
   * Exclusive runs have the stack to themselves; shared ones run beside each other. Those `beside` all others neither wait
   * for them nor hold them up, also while the stack is frozen; among themselves they go one by one, as they came.
   */
  readonly admission: 'exclusive' | 'shared' | 'beside';
  /** Whether `freeze` of the stack file may name it. */
  readonly freezable: boolean;
  /** Whether `schedule` of the stack file may name it. */
  readonly schedulable: boolean;
  /** Whether `approvals` of the stack file may name it. */
  readonly approvable: boolean;
  /** The runbook whose freezes and approvals count for this one. Absent: its own, if there may be any. */
  readonly governedBy?: string;
  /** Whether a step that failed permanently may be held for a person. */
  readonly holdable: boolean;
  /** The section of the stack file without which there is nothing to do. */
  readonly needs?: 'deploy';
  /** A function, so that whoever only reads the facts loads no parser. */
  readonly options: (shapes: Shapes) => Schema;
}

/**
 * Describes a runbook. Two steps, for TypeScript does not infer some type arguments while it is given others:
 * `defineRunbook<{ options: BackupOptions; plan: BackupPlan; outcome: BackupOutcome }>()({ name: 'backup', … })`.
 * Where the schema and the type of the options differ in a key or in a type, what comes back fits no catalogue.
 */
export function defineRunbook<Types extends RunbookTypes>() {
  return <const Name extends string, Schema extends z.ZodType>(facts: RunbookFacts<Name, Schema>) =>
    facts as Matches<Types['options'], Schema> extends true
      ? RunbookFacts<Name, Schema> & { readonly types?: Types }
      : 'the schema and the type of the options differ';
}
