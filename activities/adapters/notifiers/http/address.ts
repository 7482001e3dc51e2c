import type { ChannelAddress } from '../../../../workflows/model/channel';
import { AdapterError } from '../../../ports/adapter-error';
import type { Delivery } from '../../../ports/notifier';

/**
 * The address of a channel, which may be a secret as a whole.
 * Throws: PreconditionFailed (it is none, or cannot be read), without the address
 */
export async function addressOf(
  { channel, site }: Pick<Delivery, 'channel' | 'site'>,
  url: ChannelAddress,
): Promise<URL> {
  const written = 'plain' in url ? url.plain : await site.secret(url);
  const address = URL.canParse(written.trim()) ? new URL(written.trim()) : undefined;
  if (address?.protocol === 'http:' || address?.protocol === 'https:') return address;
  throw new AdapterError(
    'PreconditionFailed',
    `the address of the channel ${channel.name} is no http or https URL`,
    { advice: `Correct ${channel.name} under \`notify\`, or the secret that it names.` },
  );
}
