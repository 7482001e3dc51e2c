import type { Channel, ChannelAddress, SmtpChannel } from '../workflows/model/channel';
import { normaliseSecret } from './normalise-secret';
import type { StackDocument } from './schema';
import { TOLD_BY_DEFAULT } from './schema-notify';

type ChannelDocument = NonNullable<StackDocument['notify']>[string];
type AddressDocument = NonNullable<ChannelDocument['webhook']>;

const SMTP_PORTS: Readonly<Record<SmtpChannel['security'], number>> = {
  starttls: 587,
  tls: 465,
  none: 25,
};

/** Absent when nobody is told of anything. */
export function normaliseNotify({ notify = {} }: StackDocument): Channel[] | undefined {
  const channels = Object.entries(notify).map(([name, channel]) => normaliseChannel(name, channel));
  return channels.length === 0 ? undefined : channels;
}

function normaliseChannel(name: string, channel: ChannelDocument): Channel {
  const { webhook, secret, ntfy, token, slack, discord, smtp, command, ping, runbook } = channel;
  const told = { name, on: channel.on ?? [...TOLD_BY_DEFAULT] };
  if (webhook !== undefined) {
    const signed = secret && { secret: normaliseSecret(secret) };
    return { ...told, kind: 'webhook', url: normaliseAddress(webhook), ...signed };
  }
  if (ntfy !== undefined) {
    const known = token && { token: normaliseSecret(token) };
    return { ...told, kind: 'ntfy', url: normaliseAddress(ntfy), ...known };
  }
  if (slack !== undefined) return { ...told, kind: 'slack', url: normaliseAddress(slack) };
  if (discord !== undefined) return { ...told, kind: 'discord', url: normaliseAddress(discord) };
  if (smtp) return { ...told, kind: 'smtp', ...normaliseSmtp(smtp) };
  if (command) return { ...told, kind: 'command', argv: command };
  if (ping !== undefined && runbook !== undefined) {
    return { name, kind: 'ping', url: normaliseAddress(ping), runbook };
  }
  throw new Error('a channel says no kind: the rules let it pass');
}

function normaliseAddress(address: AddressDocument): ChannelAddress {
  return typeof address === 'string' ? { plain: address } : normaliseSecret(address);
}

function normaliseSmtp({
  port,
  user,
  password,
  ...rest
}: NonNullable<ChannelDocument['smtp']>): Omit<SmtpChannel, 'name' | 'on' | 'kind'> {
  return {
    ...rest,
    port: port ?? SMTP_PORTS[rest.security],
    ...(user !== undefined && { user }),
    ...(password && { password: normaliseSecret(password) }),
  };
}
