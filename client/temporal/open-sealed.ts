import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import type { SealingCodec } from '../../sealing/codec';
import { insideOf } from '../../workflows/model/seal';

/** Never sealed: Temporal itself reads them. */
const PLAIN: ReadonlySet<string> = new Set(['searchAttributes', 'header']);

/**
 * What Temporal's client hands on as the server has it, opened: every payload in it, and the words of failures back in their
 * place. What cannot be opened is a mark.
 * Shape:  a message of Temporal's API, such as a history event → the same
 */
export function opened<Message>(codec: SealingCodec, message: Message): Message {
  return openAny(codec, message) as Message;
}

function openAny(codec: SealingCodec, value: unknown): unknown {
  if (!isRecord(value) || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((one: unknown) => openAny(codec, one));
  if (isPayload(value)) return inside(codec.open(value));
  // Numbers of 64 bits, and times: nothing is in them.
  if (Object.getPrototypeOf(value) !== Object.prototype && 'toNumber' in value) return value;
  // What a message does not have it has by its kind: an empty token, a zero.
  const like = Object.create(Object.getPrototypeOf(value) as object) as Record<string, unknown>;
  for (const [name, member] of Object.entries(value)) {
    like[name] = PLAIN.has(name) ? member : openAny(codec, member);
  }
  return withWords(like);
}

function isPayload(value: object): value is Payload {
  if (!('metadata' in value) || !isRecord(value.metadata)) return false;
  return value.metadata['encoding'] instanceof Uint8Array;
}

/** Arguments and answers without what is around them. */
function inside(payload: Payload): Payload {
  const value: unknown = defaultPayloadConverter.fromPayload(payload);
  const within = insideOf(value);
  return within === value ? payload : defaultPayloadConverter.toPayload(within);
}

/** Of a failure: its message, which was sealed apart from it. */
function withWords(message: Record<string, unknown>): Record<string, unknown> {
  const { encodedAttributes } = message;
  if (!isRecord(encodedAttributes)) return message;
  const words: unknown = defaultPayloadConverter.fromPayload(encodedAttributes);
  const said = isRecord(words) ? words['message'] : undefined;
  return typeof said === 'string' ? Object.assign(message, { message: said }) : message;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
