import type { SlackChannel } from '../../../../workflows/model/channel';
import type { Message, Notifier } from '../../../ports/notifier';
import { addressOf } from '../http/address';
import { send } from '../http/send';

/** Slack cuts a text at 40,000 characters and advises 4,000. */
const MOST_CHARACTERS = 3900;

/** An incoming webhook of Slack, or of what takes the same: Mattermost, Rocket.Chat. */
export function createSlackNotifier(): Notifier<SlackChannel> {
  return {
    async tell(delivery) {
      const { channel, message, signal } = delivery;
      const url = await addressOf(delivery, channel.url);
      const headers = { 'content-type': 'application/json' };
      return send({ channel: channel.name, url, headers, body: slackBody(message), signal });
    },
  };
}

/**
 * Without formats and mentions: what stands in the message is shown as it is.
 * Source: Slack, "Formatting text": `&`, `<` and `>` are all that is to be escaped; `<!channel>` mentions, `<url|text>` links.
 *         Mattermost also obeys `@channel`, `@all` and `@here` in plain text.
 */
function slackBody({ title, text }: Pick<Message, 'title' | 'text'>): string {
  const lines = cut(`${title}\n${text}`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/@(?=(?:channel|everyone|here|all)\b)/gi, '@\u200b');
  return JSON.stringify({
    ...{ text: lines, mrkdwn: false, link_names: false },
    ...{ unfurl_links: false, unfurl_media: false },
  });
}

function cut(text: string): string {
  if (text.length <= MOST_CHARACTERS) return text;
  return `${text.slice(0, MOST_CHARACTERS).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
