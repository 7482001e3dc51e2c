import { BACKUP } from './backup/backup.runbook';
import { DRILL } from './drill/drill.runbook';
import { MAINTENANCE } from './maintenance/maintenance.runbook';
import type { PlannedOutcome } from './model/outcome';
import type { RequestFrame } from './model/run';
import { DEPLOY } from './release/deploy.runbook';
import { FORGET } from './release/forget.runbook';
import { ROLLBACK } from './release/rollback.runbook';
import { RESTORE } from './restore/restore.runbook';
import { RETAIN } from './retain/retain.runbook';

/** Every runbook. What is to be known of them anywhere else is derived from this list. */
export const CATALOGUE = [
  BACKUP,
  RESTORE,
  DRILL,
  RETAIN,
  DEPLOY,
  ROLLBACK,
  FORGET,
  MAINTENANCE,
] as const satisfies readonly { readonly name: string }[];

type Entry = (typeof CATALOGUE)[number];

/** The procedures that can be asked for. */
export type RunbookName = Entry['name'];

type TypesOf<Name extends RunbookName> = NonNullable<Extract<Entry, { name: Name }>['types']>;

/** What a client (or a schedule) submits. */
export type RequestOf<Name extends RunbookName> = {
  [One in Name]: RequestFrame & RunbookRequest<One>;
}[Name];
export type RunRequest = RequestOf<RunbookName>;

/** The runbook with its options. */
export type RunbookRequest<Name extends RunbookName = RunbookName> = {
  [One in Name]: { readonly runbook: One; readonly options: TypesOf<One>['options'] };
}[Name];

/** What a runbook's workflow is started with. */
export interface RunInput<Request extends RunRequest = RunRequest> {
  readonly request: Request;
  /** `apply` has a number; a `plan` touches nothing, needs no admission and so has none. */
  readonly mode: 'plan' | 'apply';
  /** 0 in mode `plan`. */
  readonly number: number;
}
export type InputOf<Name extends RunbookName> = RunInput<Extract<RunRequest, { runbook: Name }>>;

export type PlanOf<Name extends RunbookName> = TypesOf<Name>['plan'];
export type Plan = PlanOf<RunbookName>;

export type OutcomeOf<Name extends RunbookName> = TypesOf<Name>['outcome'];
/** What a runbook returns. A run that fails throws an `ApplicationFailure` instead (see `failure-type.ts`). */
export type RunOutcome = OutcomeOf<RunbookName> | PlannedOutcome<Plan>;

/** Those that `freeze` of the stack file may name. */
export const FREEZABLE = CATALOGUE.filter(({ freezable }) => freezable).map(({ name }) => name);

/** Those that `schedule` of the stack file may name. */
export const SCHEDULABLE = CATALOGUE.filter(({ schedulable }) => schedulable).map(
  ({ name }) => name,
);

/** Those that `approvals` of the stack file may name. */
export const APPROVABLE = CATALOGUE.filter(({ approvable }) => approvable).map(({ name }) => name);

/** Undefined of a runbook that this version does not know. */
export function runbookNamed(name: string): Entry | undefined {
  return CATALOGUE.find((entry) => entry.name === name);
}

/** Undefined of a runbook that this version does not know: it is left alone with the stack. */
export function admissionOf(name: string): Entry['admission'] | undefined {
  return runbookNamed(name)?.admission;
}

/** The runbook whose approvals and freezes count for one: what may be released only so may be given back only so. */
export function governorOf(name: string): string {
  return runbookNamed(name)?.governedBy ?? name;
}
