import type { PingChannel } from '../../../../workflows/model/channel';
import type { NoticeEvent } from '../../../../workflows/model/notice';
import type { Notifier } from '../../../ports/notifier';
import { addressOf } from '../http/address';
import { send } from '../http/send';

/** What is added to the address; a test leaves the check as it is. A cancelled run has not done what is waited for. */
const SIGNAL: Partial<Readonly<Record<NoticeEvent, string>>> = {
  started: '/start',
  succeeded: '',
  failed: '/fail',
  cancelled: '/fail',
};
const NO_SIGNAL = '/log';

/**
 * A dead man's switch; what happened is the log that it keeps.
 * Source: Healthchecks manual, "Pinging API": `/start`, `/fail`, `/log`; the first 100 kB of the body are kept
 */
export function createPingNotifier(): Notifier<PingChannel> {
  return {
    async tell(delivery) {
      const { channel, message, signal } = delivery;
      const url = await addressOf(delivery, channel.url);
      url.pathname = url.pathname.replace(/\/+$/, '') + (SIGNAL[message.notice.event] ?? NO_SIGNAL);
      const headers = { 'content-type': 'text/plain; charset=utf-8' };
      const body = `${message.title}\n${message.text}\n`;
      return send({ channel: channel.name, url, headers, body, signal });
    },
  };
}
