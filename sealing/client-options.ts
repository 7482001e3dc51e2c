import type { ClientOptions } from '@temporalio/client';
import { askingInterceptor } from './asking';
import { SealingCodec, type CodecOptions } from './codec';
import type { KeyRing } from './key-ring';

/** What makes a Temporal client seal what it sends, and open what it gets. */
export function sealedClientOptions(
  keys: KeyRing,
  options: CodecOptions = {},
): Pick<ClientOptions, 'dataConverter' | 'interceptors'> {
  return {
    dataConverter: { payloadCodecs: [new SealingCodec(keys, options)] },
    interceptors: { workflow: [askingInterceptor()] },
  };
}
