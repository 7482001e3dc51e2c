import type { RequestOf } from '../../../workflows/catalogue';
import { hasSwitch } from '../../../workflows/model/deployment';
import type { MaintenanceOptions } from '../../../workflows/model/options';
import type { StackDescription } from '../../../workflows/model/stack';
import type { Flags } from '../../command';
import { envelope, releasedServices, type Sender } from '../../runs/request';
import { usageError } from '../../runs/usage-error';

/** Octets of UTF-8. With more, HAProxy might have no room for the page, since each becomes up to 22 of them. */
const LONGEST_MESSAGE_BYTES = 500;

export function maintenanceRequest(
  stack: StackDescription,
  turn: MaintenanceOptions['turn'],
  services: readonly string[],
  flags: Flags,
  sender: Sender,
): RequestOf<'maintenance'> {
  requireSwitches(stack, services);
  const only = [...new Set(services)];
  const options = turn === 'off' ? { turn, only } : { turn, only, message: readMessage(flags) };
  return envelope({ runbook: 'maintenance', options }, stack, flags, sender);
}

function readMessage({ message }: Flags): string {
  const text = message?.trim() ?? '';
  if (text === '')
    throw usageError('A maintenance needs a message.', 'Add -m "what the page says".');
  const bytes = Buffer.byteLength(text);
  if (bytes <= LONGEST_MESSAGE_BYTES) return text;
  throw usageError(
    `The message has ${bytes} bytes; the page has room for ${LONGEST_MESSAGE_BYTES}.`,
    'Make it shorter, and link to the rest.',
  );
}

function requireSwitches(stack: StackDescription, wanted: readonly string[]): void {
  const services = releasedServices(stack);
  const switched = services.filter(hasSwitch);
  const names = switched.map(({ service }) => service);
  if (names.length === 0)
    throw usageError(
      `No service of \`deploy\` has a switch.`,
      'One with `strategy: switch` or `rolling` has.',
    );
  for (const name of wanted.filter((one) => !names.includes(one))) {
    const known = services.some(({ service }) => service === name);
    throw usageError(
      known
        ? `${name} has no switch, since it is recreated.`
        : `\`deploy\` has no service "${name}".`,
      `Services with a switch are: ${names.join(', ')}.`,
    );
  }
}
