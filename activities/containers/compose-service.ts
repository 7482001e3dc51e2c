import { AdapterError } from '../ports/adapter-error';
import type { ComposeFacts, ComposeServiceFacts } from '../ports/compose';

/** Throws: PreconditionFailed when the Compose project has no such service */
export function composeService({ services }: ComposeFacts, service: string): ComposeServiceFacts {
  const found = services.find(({ name }) => name === service);
  if (found !== undefined) return found;
  throw new AdapterError(
    'PreconditionFailed',
    `deploy.${service}: the Compose project has no service ${service}`,
    { advice: `Its services are: ${services.map(({ name }) => name).join(', ')}.` },
  );
}

/** What its image is called: as the file says, or as Compose calls one that it builds. */
export function imageName({ project }: ComposeFacts, { name, image }: ComposeServiceFacts): string {
  return image ?? `${project}-${name}`;
}
