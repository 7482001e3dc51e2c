import type { DiscordChannel } from '../../../../workflows/model/channel';
import type { Message, Notifier } from '../../../ports/notifier';
import { addressOf } from '../http/address';
import { send } from '../http/send';

/** Discord refuses a longer content. */
const MOST_CHARACTERS = 2000;

/** A webhook of Discord. */
export function createDiscordNotifier(): Notifier<DiscordChannel> {
  return {
    async tell(delivery) {
      const { channel, message, signal } = delivery;
      const url = await addressOf(delivery, channel.url);
      const headers = { 'content-type': 'application/json' };
      return send({ channel: channel.name, url, headers, body: discordBody(message), signal });
    },
  };
}

/**
 * Without formats, and whatever it says, nobody is mentioned. A link stands as it is, without a preview.
 * Source: Discord, "Allowed Mentions": `parse: []` suppresses all; "Markdown Text 101": a backslash escapes
 */
function discordBody({ title, text, link }: Pick<Message, 'title' | 'text' | 'link'>): string {
  const end = link === undefined ? '' : `\n<${link}>`;
  const words = link === undefined ? text : text.slice(0, -link.length).trimEnd();
  const begin = `${title}\n${words}`.replace(/[\\`*_~|<>#[\]()\-:@]/g, '\\$&');
  const content = cut(begin, MOST_CHARACTERS - end.length) + end;
  // 4: no previews.
  return JSON.stringify({ content, allowed_mentions: { parse: [] }, flags: 4 });
}

/** Neither in the middle of a character that takes two units, nor of an escaped one. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF\\]+$/, '')}…`;
}
