import { createHash, createHmac } from 'node:crypto';
import type { WebhookChannel } from '../../../../workflows/model/channel';
import type { Notifier } from '../../../ports/notifier';
import { addressOf } from '../http/address';
import { send } from '../http/send';
import { payloadOf } from '../payload';

/** JSON by POST, signed as Standard Webhooks has it: for each language there is a library that verifies it. */
export function createWebhookNotifier(): Notifier<WebhookChannel> {
  return {
    async tell(delivery) {
      const { channel, message, site, signal } = delivery;
      const url = await addressOf(delivery, channel.url);
      const secret = channel.secret && (await site.secret(channel.secret));
      const body = payloadOf(message);
      const id = `pawl_${createHash('sha256').update(message.id).digest('hex').slice(0, 32)}`;
      const timestamp = Math.floor(Date.now() / 1000);
      const headers = {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(timestamp),
        ...(secret && { 'webhook-signature': signatureOf(secret, `${id}.${timestamp}.${body}`) }),
      };
      const secrets = secret === undefined ? [] : [secret];
      return send({ ...{ channel: channel.name, url, headers, body, secrets, signal } });
    },
  };
}

/**
 * Shape:  secret, content → `v1,` and base64
 * Source: Standard Webhooks 1.0, "Signature scheme": HMAC-SHA256 over `id.timestamp.body`; a key `whsec_…` is in base64
 */
function signatureOf(secret: string, content: string): string {
  const key = secret.startsWith('whsec_')
    ? Buffer.from(secret.slice('whsec_'.length), 'base64')
    : secret;
  return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
}
