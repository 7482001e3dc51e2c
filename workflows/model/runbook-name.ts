/** The procedures. One workflow file each; later issues add migrate, ingest, drill, recover, launch, retain. */
export type RunbookName = 'backup' | 'restore' | 'deploy' | 'rollback' | 'maintenance';
