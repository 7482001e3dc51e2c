import type { Notice, TellableEvent } from './notice';
import type { SecretReference } from './secret-reference';

/** Where something is sent: the address itself, or where it is read, since some addresses are secrets. */
export type ChannelAddress = { readonly plain: string } | SecretReference;

interface ForPeople {
  /** Of the stack file. */
  readonly name: string;
  readonly on: readonly TellableEvent[];
}

/** JSON to an address, signed as Standard Webhooks has it where there is a secret. */
export interface WebhookChannel extends ForPeople {
  readonly kind: 'webhook';
  readonly url: ChannelAddress;
  readonly secret?: SecretReference;
}

/** A topic of ntfy. */
export interface NtfyChannel extends ForPeople {
  readonly kind: 'ntfy';
  readonly url: ChannelAddress;
  readonly token?: SecretReference;
}

/** An incoming webhook of Slack, Mattermost, Rocket.Chat … */
export interface SlackChannel extends ForPeople {
  readonly kind: 'slack';
  readonly url: ChannelAddress;
}

export interface DiscordChannel extends ForPeople {
  readonly kind: 'discord';
  readonly url: ChannelAddress;
}

export interface SmtpChannel extends ForPeople {
  readonly kind: 'smtp';
  readonly host: string;
  readonly port: number;
  /** `starttls` is demanded, never only offered. */
  readonly security: 'starttls' | 'tls' | 'none';
  readonly from: string;
  readonly to: readonly string[];
  readonly user?: string;
  readonly password?: SecretReference;
}

/** A program on the host. */
export interface CommandChannel extends ForPeople {
  readonly kind: 'command';
  readonly argv: readonly string[];
}

/** A dead man's switch, as Healthchecks has it: told when one runbook starts and how it ends. */
export interface PingChannel {
  readonly name: string;
  readonly kind: 'ping';
  readonly url: ChannelAddress;
  readonly runbook: string;
}

/** A way to tell people. */
export type Channel =
  | WebhookChannel
  | NtfyChannel
  | SlackChannel
  | DiscordChannel
  | SmtpChannel
  | CommandChannel
  | PingChannel;

export type ChannelKind = Channel['kind'];
export type ChannelOf<Kind extends ChannelKind> = Extract<Channel, { readonly kind: Kind }>;

const PINGED: readonly Notice['event'][] = ['started', 'succeeded', 'failed', 'cancelled'];

/** Whether a channel wants to be told of this. */
export function listens(channel: Channel, { event, runbook }: Notice): boolean {
  if (channel.kind === 'ping') return PINGED.includes(event) && channel.runbook === runbook;
  const events: readonly Notice['event'][] = channel.on;
  return events.includes(event);
}
