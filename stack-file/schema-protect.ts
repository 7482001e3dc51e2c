import { z } from 'zod';
import { path, port, secretReference, serverHost, service, text } from './values';

/** The entries of `protect`, one map for each engine; written as schema.ts says. */

const address = z.strictObject({
  host: serverHost.meta({
    description: 'Host name or IP address; for PostgreSQL also the absolute folder of its socket.',
    examples: ['127.0.0.1'],
  }),
  port: port.describe('TCP port.').meta({ examples: [5432] }),
});

const database = z
  .union([text, z.strictObject({ all: z.literal(true).describe('Every database of the server.') })])
  .meta({ title: 'text or `{all: true}`' });

const reach = {
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

const postgres = z.strictObject({
  engine: z.literal('postgres').describe('PostgreSQL.'),
  ...reach,
  database: database.meta({
    description: 'Name of the database; `{all: true}` for every one, and the roles of the server.',
    examples: ['melvin'],
  }),
  user: text.optional().meta({
    description:
      "Role to connect as. Default: `postgres` in a container, the worker's own user by address.",
    examples: ['pawl'],
  }),
  password: secretReference.optional().describe('Needed only where the server asks for one.'),
  digests: z
    .boolean()
    .default(true)
    .describe(
      'Count and digest every table in the snapshot of the dump, so that a restore can be proved.',
    ),
  restore: z
    .strictObject({
      searchPath: z
        .array(text)
        .min(1, 'must name at least one schema')
        .optional()
        .meta({
          description:
            'Schemas in which a restore looks for names that functions and generated columns write without one. Default: none, as pg_restore does.',
          examples: [['public']],
        }),
    })
    .optional()
    .describe('How a restore reads what was saved.'),
});

const mongodb = z.strictObject({
  engine: z.literal('mongodb').describe('MongoDB, or a server that speaks its protocol.'),
  ...reach,
  database: database.meta({
    description: 'Name of the database; `{all: true}` for every one.',
    examples: ['melvin'],
  }),
  user: text.optional().meta({ description: 'User to connect as.', examples: ['pawl'] }),
  password: secretReference.optional().describe('Goes with `user`.'),
  authenticationDatabase: text
    .optional()
    .describe("Database that holds the user. Default: MongoDB's own, `admin`."),
});

const files = z.strictObject({
  engine: z.literal('files').describe('A folder with all that is in it.'),
  service: service
    .optional()
    .describe(
      'The folder is in the container of this service, such as a volume; else on the host.',
    ),
  path: path.meta({
    description:
      "The folder: relative to the stack's directory, or absolute; absolute in a service.",
    examples: ['./data/uploads'],
  }),
  exclude: z
    .array(text)
    .default([])
    .meta({
      description: 'Patterns of GNU tar; what matches is in no recovery point.',
      examples: [['*.tmp', 'cache/*']],
    }),
});

export const protectEntry = z.discriminatedUnion('engine', [postgres, mongodb, files]);
