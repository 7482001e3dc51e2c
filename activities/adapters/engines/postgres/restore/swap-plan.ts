import type { Surroundings } from '../surroundings';
import { propertiesOf } from './database-properties';

/*
 * What a restored database gets at its swap where it replaces nothing. It waits in the database's own comment, after
 * the mark: whoever swaps finds it there, however many attempts lie between.
 */

export interface SwapPlan {
  readonly surroundings: Surroundings;
  /** Properties that this server has refused. */
  readonly without: readonly string[];
}

/** Shape:  the rest of the comment → statements, and the comment that the database had */
export function readPlan(
  rest: string,
  database: string,
): { readonly statements: readonly string[]; readonly comment: string } {
  if (rest === '') return { statements: [], comment: '' };
  const { surroundings, without } = JSON.parse(rest) as SwapPlan;
  const properties = propertiesOf(surroundings, database);
  return {
    statements: properties.flatMap(({ what, statement }) =>
      without.includes(what) ? [] : [statement],
    ),
    comment: surroundings.comment ?? '',
  };
}
