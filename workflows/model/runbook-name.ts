/** The procedures. One workflow file each; later issues add migrate, ingest, drill, recover, launch, retain. */
export type RunbookName = 'backup' | 'restore' | 'deploy' | 'rollback' | 'forget' | 'maintenance';

/** The runbook whose approvals and freezes count for one: what may be released only so may be given back only so. */
export function policyOf(runbook: RunbookName): RunbookName {
  return runbook === 'forget' ? 'deploy' : runbook;
}
