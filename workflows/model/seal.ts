/*
 * What is known of sealing where there is no key: in workflow code and in types. The codec in `sealing/` opens payloads before
 * they come here, and what it cannot open has become a mark.
 */

/** What a payload that could not be opened decodes to. Nobody else can make one look like data: a mark is refused wherever it arrives. */
export interface Mark {
  /** Goes on a sentence that says what was refused. */
  readonly [UNSEALED]: string;
}
export const UNSEALED = 'pawl/unsealed';

/** All arguments of one message, with what proves that they were meant for it: one payload, so that no part can be exchanged. */
export interface Asked {
  readonly [ASKED]: Asking;
  readonly args: readonly unknown[];
}
const ASKED = 'pawl/asked';

/** Of what Temporal's UI sealed, where `pawl server` lets it act: it cannot say which message its arguments are for. */
export const ANY_MESSAGE = '*';

export interface Asking {
  /** Name of the update, signal or query; type of the workflow or activity. */
  readonly message: string;
  /** Of a request: admitted once. */
  readonly id?: string;
  /** When it was requested, by the clock of whoever did: ISO 8601, UTC. */
  readonly at?: string;
  /** Of a step: the execution that has it done. */
  readonly run?: string;
  /** Of a step: its run was reset, and may do nothing more. */
  readonly reset?: true;
  /** Of a child workflow: the execution that starts it. */
  readonly parent?: string;
  /** Of a workflow that a schedule starts, each time with what was sealed once: that schedule. */
  readonly schedule?: string;
  /** Of an execution that continues another: that one, and what it remembers. */
  readonly continued?: Continued;
}

export interface Continued {
  readonly from: string;
  readonly memory: RequestMemory;
}

/** Which requests an execution has admitted. */
export interface RequestMemory {
  /** Older ones are refused: they may have been admitted by an execution that is forgotten, or are too many to remember. */
  readonly notBefore: string;
  readonly admitted: readonly (readonly [id: string, at: string])[];
}

/** What a step returns: it tells an answer of nothing from no answer. */
interface Answered {
  readonly [ANSWERED]: true;
  readonly value?: unknown;
}
const ANSWERED = 'pawl/answered';

export function isMark(value: unknown): value is Mark {
  return isRecord(value) && typeof value[UNSEALED] === 'string';
}

/** Of several values, the first that could not be opened. */
export function findMark(values: readonly unknown[]): Mark | undefined {
  return values.find(isMark);
}

export function asked(asking: Asking, args: readonly unknown[]): Asked {
  return { [ASKED]: asking, args };
}

export function askingOf({ [ASKED]: asking }: Asked): Asking {
  return asking;
}

export function isAsked(value: unknown): value is Asked {
  return isRecord(value) && isRecord(value[ASKED]) && Array.isArray(value['args']);
}

export function answered(value: unknown): Answered {
  return { [ANSWERED]: true, value };
}

export function isAnswered(value: unknown): value is Answered {
  return isRecord(value) && value[ANSWERED] === true;
}

/** What a person wants to see of a payload: arguments and answers without what is around them. */
export function insideOf(value: unknown): unknown {
  if (isAnswered(value)) return value.value;
  if (!isAsked(value)) return value;
  return value.args.length === 1 ? value.args[0] : value.args;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
