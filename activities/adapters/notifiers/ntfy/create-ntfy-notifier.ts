import type { NtfyChannel } from '../../../../workflows/model/channel';
import type { NoticeEvent } from '../../../../workflows/model/notice';
import type { Message, Notifier } from '../../../ports/notifier';
import { addressOf } from '../http/address';
import { send } from '../http/send';
import { headerText } from './header-text';

/** ntfy makes an attachment of what is longer than 4,096 bytes. */
const MOST_BYTES = 4000;

const PRIORITY: Readonly<Record<Message['urgency'], string>> = { high: '4', normal: '3', low: '2' };

/** Names of emojis, which ntfy shows before the title. */
const TAGS: Partial<Readonly<Record<NoticeEvent, string>>> = {
  failed: 'rotating_light',
  held: 'raised_hand',
  stale: 'hourglass',
  approval: 'question',
  recovered: 'white_check_mark',
};

/**
 * A topic of ntfy, by POST.
 * Source: ntfy manual, "Publishing": headers Title, Priority, Tags, Click; RFC 2047 where they are not ASCII
 */
export function createNtfyNotifier(): Notifier<NtfyChannel> {
  return {
    async tell(delivery) {
      const { channel, message, site, signal } = delivery;
      const url = await addressOf(delivery, channel.url);
      const token = channel.token && (await site.secret(channel.token)).trim();
      const tag = TAGS[message.notice.event];
      const headers = {
        title: headerText(message.title),
        priority: PRIORITY[message.urgency],
        'content-type': 'text/plain; charset=utf-8',
        ...(tag !== undefined && { tags: tag }),
        ...(message.link !== undefined && { click: message.link }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      };
      const body = firstBytes(message.text, MOST_BYTES);
      const secrets = token === undefined ? [] : [token];
      return send({ ...{ channel: channel.name, url, headers, body, secrets, signal } });
    },
  };
}

function firstBytes(text: string, most: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return text;
  // A character that was cut in two comes out as a replacement character.
  return `${bytes
    .subarray(0, most)
    .toString()
    .replace(/\uFFFD$/, '')}…`;
}
