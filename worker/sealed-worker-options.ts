import type { WorkerOptions } from '@temporalio/worker';
import { SealingCodec } from '../sealing/codec';
import type { KeyRing } from '../sealing/key-ring';
import { distFile } from './dist-file';
import { refuseUnsealedSteps } from './refuse-unsealed-steps';

/** With which keys, and whether runs from before 0.2 go on. */
export interface Sealing {
  readonly keys: KeyRing;
  readonly acceptUnsealed: boolean;
}

/** What makes a worker seal what it sends, and refuse what is not sealed. Its workflow bundle has the other half built in. */
export function sealedWorkerOptions(sealing: Sealing) {
  return {
    dataConverter: {
      payloadCodecs: [new SealingCodec(sealing.keys, sealing)],
      failureConverterPath: distFile('sealing', 'failure-converter.js'),
    },
    interceptors: { activity: [refuseUnsealedSteps(sealing)] },
  } satisfies Partial<WorkerOptions>;
}
