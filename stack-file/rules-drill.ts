import { engineFacts } from '../workflows/model/engines';
import { asDraft } from './rule';
import type { Rule } from './rule';

/** Rules for what a drill asks. */
export const drillRules: readonly Rule[] = [
  function assertionsAskOneDatabase(stack, report) {
    const { assert } = asDraft(stack['drill']);
    if (!Array.isArray(assert) || typeof stack['protect'] !== 'object') return;
    for (const [index, assertion] of assert.entries()) {
      const { part } = asDraft(asDraft(assertion)['sql']);
      if (typeof part !== 'string') continue;
      const { engine, database } = asDraft(asDraft(stack['protect'])[part]);
      if (engineFacts(engine)?.answersSql === true && typeof database === 'string') continue;
      report(
        ['drill', 'assert', index, 'sql', 'part'],
        'must be an entry of `protect` that is one database of PostgreSQL (`engine: postgres`, `database: NAME`)',
      );
    }
  },
];
