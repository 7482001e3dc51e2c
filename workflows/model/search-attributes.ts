/**
 * Search attributes of pawl's workflows: the only way a value gets into the list of Temporal's UI. All are Keywords
 * (SQL visibility has room for ten per namespace); the worker registers them when it starts.
 */
export const SEARCH_ATTRIBUTES = {
  stack: 'PawlStack',
  runbook: 'PawlRunbook',
  phase: 'PawlPhase',
  outcome: 'PawlOutcome',
  trigger: 'PawlTrigger',
  requester: 'PawlRequester',
  host: 'PawlHost',
} as const;
