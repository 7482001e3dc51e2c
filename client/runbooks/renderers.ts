import type { OutcomeOf, PlanOf, RunbookName } from '../../workflows/catalogue';
import type { KeptFate } from '../temporal/kept-list';
import * as backup from './backup/render';
import * as deploy from './deploy/render';
import * as drill from './drill/render';
import * as forget from './forget/render';
import * as maintenance from './maintenance/render';
import * as restore from './restore/render';
import * as retain from './retain/render';
import * as rollback from './rollback/render';

/** Methods, so that any of them is one of all plans: who calls it has looked at the plan's `runbook`. */
interface Renderer<Name extends RunbookName> {
  /** What is between the head of a plan and its notes. `width`: columns, Infinity for none. */
  planLines(plan: PlanOf<Name>, width: number): string[];
  /** What a run came to, with the next command. `replaced`: whether what it replaced is still kept. */
  renderOutcome(outcome: OutcomeOf<Name>, width: number, replaced: KeptFate): string;
}

const RENDERERS: { readonly [Name in RunbookName]: Renderer<Name> } = {
  backup,
  restore,
  drill,
  retain,
  deploy,
  rollback,
  forget,
  maintenance,
};

export function rendererOf<Name extends RunbookName>(name: Name): Renderer<Name> {
  return RENDERERS[name];
}
