import type { RequestOf } from '../../../workflows/catalogue';
import type { DeployOptions } from '../../../workflows/model/options';
import type { StackDescription } from '../../../workflows/model/stack';
import type { Flags } from '../../command';
import { envelope, releasedServices, type Sender } from '../../runs/request';
import { usageError } from '../../runs/usage-error';

export function deployRequest(
  stack: StackDescription,
  flags: Flags,
  sender: Sender,
): RequestOf<'deploy'> {
  const services = releasedServices(stack).map(({ service }) => service);
  const { build = false, push = false } = flags;
  if (push && !build) {
    throw usageError('--push sends what --build has built.', 'Give --build as well.');
  }
  const options: DeployOptions = {
    images: readImages(services, flags.image ?? []),
    ...(build ? { build: { push } } : {}),
  };
  return envelope({ runbook: 'deploy', options }, stack, flags, sender);
}

/** `api=registry/api:v2`, one for each service. */
function readImages(
  services: readonly string[],
  choices: readonly string[],
): Readonly<Record<string, string>> {
  const images = new Map<string, string>();
  for (const choice of choices) {
    const [, service, reference] = /^([^=\s]+)=([^\s=-]\S*)$/.exec(choice) ?? [];
    if (service === undefined || reference === undefined) {
      throw usageError(`--image takes no "${choice}".`, 'Write it as SERVICE=REFERENCE.');
    }
    if (!services.includes(service)) {
      throw usageError(
        `\`deploy\` has no service "${service}".`,
        `Its services are: ${services.join(', ')}.`,
      );
    }
    if (images.has(service)) {
      throw usageError(`--image names two images for ${service}.`, 'Leave one out.');
    }
    images.set(service, reference);
  }
  return Object.fromEntries(images);
}
