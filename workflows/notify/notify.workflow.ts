import type { NotifyInput } from '../model/audience';
import { noticeActivities } from '../run/activities';
import { requests } from '../requests/request-schema';
import { requireShape } from '../requests/require-shape';

/**
 * Tells one channel of one event, tried again for a day. Depends on nothing of the run: where it fails, it fails alone, and
 * `pawl status` says so. Returns what the channel answered.
 */
export async function notify(input: NotifyInput): Promise<string> {
  requireShape(requests.notifyInput, input, 'the notice');
  const { channel, notice } = input;
  return noticeActivities(input.host).sendNotice.executeWithOptions(
    { summary: `tell ${channel.name}: ${notice.what}` },
    [input],
  );
}
