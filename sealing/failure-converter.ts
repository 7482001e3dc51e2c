import { DefaultFailureConverter } from '@temporalio/common';

/** Puts messages and stacks of failures where the codec seals them; Temporal's own keeps them beside. Loaded by its path. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
