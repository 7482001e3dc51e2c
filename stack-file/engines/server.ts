import { z } from 'zod';
import type { Reach, SecretReference } from '../../workflows/model/stack';
import { normaliseSecret } from '../normalise-secret';
import { port, type secretReference, serverHost, service, text } from '../values';

/* What the entries of all engines have that are databases of a server. */

const address = z.strictObject({
  host: serverHost.meta({
    description: 'Host name or IP address; for PostgreSQL also the absolute folder of its socket.',
    examples: ['127.0.0.1'],
  }),
  port: port.describe('TCP port.').meta({ examples: [5432] }),
});

export const database = z
  .union([text, z.strictObject({ all: z.literal(true).describe('Every database of the server.') })])
  .meta({ title: 'text or `{all: true}`' });

export const reach = {
  service: service.optional().meta({
    description: 'Compose service the server runs in: reached inside its container.',
    examples: ['db'],
  }),
  address: address.optional().meta({
    description:
      'Where the server listens, reached with client programs of the host. Either this or `service`.',
    examples: [{ host: '127.0.0.1', port: 5432 }],
  }),
};

interface ServerDocument {
  readonly service?: string | undefined;
  readonly address?: z.output<typeof address> | undefined;
  readonly user?: string | undefined;
  readonly password?: z.output<typeof secretReference> | undefined;
}

export function normaliseReach({ service, address }: ServerDocument): Reach {
  if (service !== undefined) return { service };
  if (address) return { address };
  throw new Error('an entry has neither service nor address: the rules let it pass');
}

export function normaliseLogin({ user, password }: ServerDocument): {
  user?: string;
  password?: SecretReference;
} {
  return {
    ...(user !== undefined && { user }),
    ...(password && { password: normaliseSecret(password) }),
  };
}
