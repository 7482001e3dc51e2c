import type { PlannedStep } from './plans';

/** Ends every run, however it went: it is still to come while others are not any more. */
export const RECORD_STEP: PlannedStep = { id: 'record', title: 'write the audit record' };
