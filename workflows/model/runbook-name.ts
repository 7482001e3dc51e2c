export const RUNBOOKS = ['backup', 'restore', 'deploy', 'rollback'] as const;

/** The procedures. One workflow file each; later issues add migrate, ingest, drill, recover, launch, retain. */
export type RunbookName = (typeof RUNBOOKS)[number];
