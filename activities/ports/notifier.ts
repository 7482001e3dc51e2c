import type { Channel, ChannelKind, ChannelOf } from '../../workflows/model/channel';
import type { Notice } from '../../workflows/model/notice';
import type { Site } from './site';

/** What is sent: the event as data, and in words. All of it is data that somebody else may have chosen. */
export interface Message {
  /** The same for each attempt: whoever is told twice can see it. */
  readonly id: string;
  /** One line, without characters that control anything. */
  readonly title: string;
  /** Some such lines. */
  readonly text: string;
  readonly urgency: 'high' | 'normal' | 'low';
  /** Address of its page in Temporal's UI, where that is known. */
  readonly link?: string;
  readonly notice: Notice;
}

export interface Delivery<To extends Channel = Channel> {
  readonly channel: To;
  readonly message: Message;
  readonly site: Pick<Site, 'directory' | 'secret'>;
  readonly signal: AbortSignal;
}

/** One kind of channel. */
export interface Notifier<To extends Channel = Channel> {
  /**
   * Sends one message, and returns what was answered, in a few words. Follows no redirect. Rejects with
   * the signal's reason once that is aborted, whoever does not answer.
   * Whatever is in the message is shown and never obeyed: no mention, no header, no format.
   * Retry:  the caller's. An attempt that died may have sent it: the same `message.id` is sent again.
   * Throws: ServiceUnavailable (no answer, 408, 425, 429, 5xx; SMTP 4yz) · CredentialsRejected (401, 403; SMTP 530, 534, 535) ·
   *         PreconditionFailed (refused for good, an address that is none, a secret that cannot be read) · CommandFailed.
   *         No message has the address's path, a token or a password in it.
   */
  tell(delivery: Delivery<To>): Promise<string>;
}

export type Notifiers = { readonly [Kind in ChannelKind]: Notifier<ChannelOf<Kind>> };
