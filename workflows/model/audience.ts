import type { Channel } from './channel';
import type { Notice } from './notice';
import type { ComposeProject, StackDescription } from './stack';

/** What a channel's secrets are read by, on the stack's host. */
export interface SecretPlace {
  readonly stack: string;
  readonly directory: string;
  readonly compose?: ComposeProject;
}

/** Who is told of what happens to a stack. */
export interface Audience extends SecretPlace {
  readonly host: string;
  readonly channels: readonly Channel[];
}

/** What one execution of the workflow `notify` sends. */
export interface NotifyInput {
  readonly host: string;
  readonly place: SecretPlace;
  readonly channel: Channel;
  readonly notice: Notice;
}

/** What a channel answered to a test. */
export interface ChannelAnswer {
  readonly channel: string;
  readonly kind: Channel['kind'];
  readonly told: boolean;
  /** What it answered, or why it was not told. */
  readonly answer: string;
  readonly advice?: string;
}

/** Undefined where the stack file names no channel. */
export function audienceOf({
  name,
  host,
  directory,
  compose,
  notify = [],
}: StackDescription): Audience | undefined {
  if (notify.length === 0) return undefined;
  return { stack: name, host, directory, channels: notify, ...(compose && { compose }) };
}

export function placeOf({ stack, directory, compose }: Audience): SecretPlace {
  return { stack, directory, ...(compose && { compose }) };
}
