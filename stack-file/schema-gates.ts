import { z } from 'zod';
import { duration, service, text } from './values';

/** The checks of a release; written as schema.ts says. */

export const command = (about: string, ...examples: readonly string[][]): z.ZodArray<typeof text> =>
  z.array(text).min(1, 'must name a program').meta({ description: about, examples });

const runGate = z.strictObject({
  service: service.describe('Service of `deploy` whose new image and settings the container has.'),
  command: command('Program and arguments, without a shell; exit code 0 passes.', ['pytest', '-q']),
  timeout: duration.default('10m').describe('Longest time.'),
});

const scanGate = z.strictObject({
  command: command(
    'Program of the host and arguments, run once for each new image in place of `{image}`; exit code 0 passes.',
    ['trivy', 'image', '--exit-code', '1', '{image}'],
  ),
  timeout: duration.default('10m').describe('Longest time, for each image.'),
});

const httpGate = z.strictObject({
  url: z
    .string()
    .regex(/^https?:\/\/[^\s/?#]+\S*$/, 'must begin with `http://` or `https://`')
    .meta({
      title: 'URL',
      description: 'What the host requests; redirects are not followed.',
      examples: ['http://127.0.0.1:8000/health'],
    }),
  expect: z
    .int('must be a status, such as `200`')
    .min(100, 'must be from 100 to 599')
    .max(599, 'must be from 100 to 599')
    .default(200)
    .meta({ title: 'number, 100–599', description: 'Status of the answer that passes.' }),
  timeout: duration.default('30s').describe('Longest wait for it.'),
});

const sqlGate = z.strictObject({
  part: text.meta({
    title: 'name',
    description: 'Entry of `protect`: PostgreSQL, one database.',
    examples: ['accounts'],
  }),
  query: text.meta({
    description: 'Query with one value for an answer; it can only read.',
    examples: ['select count(*) > 0 from users'],
  }),
  expect: z
    .union([z.boolean(), z.number(), z.string()])
    .default(true)
    .meta({ title: 'text, number or boolean', description: 'The answer that passes.' }),
  timeout: duration.default('30s').describe('Longest time.'),
});

const GATE_RULE = 'must be one check: `{run: …}`, `{scan: …}`, `{http: …}` or `{sql: …}`';

/** The keys are optional here and counted below, as in a secret reference. */
const gate = z
  .strictObject({
    run: runGate.optional().describe('A command in a container of the new image.'),
    scan: scanGate.optional().describe('A program of the host that looks at each new image.'),
    http: httpGate.optional().describe('An HTTP GET from the host.'),
    sql: sqlGate.optional().describe('A question to a database.'),
  })
  .refine((check) => Object.keys(check).length === 1, GATE_RULE)
  .meta({ title: 'gate', minProperties: 1, maxProperties: 1 });

export const gates = z.strictObject({
  before: z
    .array(gate)
    .default([])
    .describe('Checks before anything serves from the new images, or migrates.'),
  after: z
    .array(gate)
    .default([])
    .describe('Checks when the new release gets all requests; a failure gives them back.'),
});
