import {
  defaultPayloadConverter,
  type Payload,
  type PayloadCodec,
  type SerializationContext,
} from '@temporalio/common';
import { UNSEALED, type Mark } from '../workflows/model/seal';
import type { KeyRing } from './key-ring';
import { isSealed, openPayload, sealPayload } from './seal-payload';

export interface CodecOptions {
  /** Takes what was never sealed as it is: runs from before 0.2, for as long as some are open. */
  readonly acceptUnsealed?: boolean;
}

/**
 * Temporal's extension point between wire and data: whatever passes is sealed, for the workflow or step that it belongs to, and
 * opened for that one alone. Decoding never throws, since that would fail a workflow's task again and again: what cannot be
 * opened becomes a mark, which whoever receives it refuses.
 */
export class SealingCodec implements PayloadCodec {
  constructor(
    private readonly keys: KeyRing,
    private readonly options: CodecOptions = {},
  ) {}

  encode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    const purpose = purposeOf(context);
    return Promise.resolve(
      payloads.map((payload) => sealPayload(payload, this.keys.sealing(), purpose)),
    );
  }

  decode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    return Promise.resolve(payloads.map((payload) => this.open(payload, context)));
  }

  /** One payload, at once. Without a context it is opened whatever it was sealed for. */
  open(payload: Payload, context?: SerializationContext): Payload {
    if (this.options.acceptUnsealed === true && !isSealed(payload)) return payload;
    const opened = openPayload(payload, (id) => this.keys.find(id), purposeOf(context));
    return 'closed' in opened ? markOf(opened.closed) : opened;
  }
}

function markOf(reason: string): Payload {
  return defaultPayloadConverter.toPayload({ [UNSEALED]: reason } satisfies Mark);
}

/** What belongs to one workflow, or to one step of it, is worth nothing to another. */
function purposeOf(context: SerializationContext | undefined): string | undefined {
  if (context === undefined) return undefined;
  const { type, workflowId } = context;
  if (workflowId === undefined) return undefined;
  const ids = type === 'activity' ? [workflowId, context.activityId ?? ''] : [workflowId];
  return `${type} ${JSON.stringify(ids)}`;
}
