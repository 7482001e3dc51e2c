import type { NotifyInput } from '../model/audience';
import { noticeActivities, trialActivities } from '../run/activities';
import { requests } from '../requests/request-schema';
import { requireShape } from '../requests/require-shape';

/**
 * Tells one channel of one event, tried again for a day, but for what is only worth telling at once. Depends on nothing of the run: where it fails, it fails alone, and
 * `pawl status` says so. Returns what the channel answered.
 */
export async function notify(input: NotifyInput): Promise<string> {
  requireShape(requests.notifyInput, input, 'the notice');
  const { host, channel, notice } = input;
  // A start that came after the end would have the check wait for another one.
  const activities = notice.event === 'started' ? trialActivities(host) : noticeActivities(host);
  return activities.sendNotice.executeWithOptions(
    { summary: `tell ${channel.name}: ${notice.what}` },
    [input],
  );
}
