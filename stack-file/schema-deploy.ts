import { z } from 'zod';
import { command } from './schema-gates';
import {
  SERVICE,
  duration,
  durationOrNone,
  image,
  percent,
  port,
  service,
  share,
  urlPath,
  wholeNumber,
} from './values';

/** What the stack file says about releasing; written as schema.ts says. */

const ready = z.strictObject({
  http: urlPath.meta({
    description:
      'Path that is requested on `port`; an answer with a status from 200 to 399 is a good one.',
    examples: ['/healthz'],
  }),
  consecutive: wholeNumber(1, 100).default(3).describe('Good answers in a row that are needed.'),
  timeoutSeconds: wholeNumber(1, 86_400)
    .optional()
    .describe(
      "Longest time from the container's start. Default: 60, or as long as its own health check may need for a verdict.",
    ),
});

const canary = z.strictObject({
  steps: z
    .array(share)
    .min(1, 'must have a share, such as `[5%]`')
    .meta({
      description: 'Shares of the requests that the new slot gets, one after the other; growing.',
      examples: [['5%', '25%', '50%']],
    }),
  pauseSeconds: wholeNumber(1, 86_400)
    .default(30)
    .describe('How long each share is watched before it is judged.'),
  maxErrorRate: percent
    .default('1%')
    .describe("Share of the new slot's responses that may be errors."),
  maxSlowdown: z
    .number()
    .min(1, 'must be 1 or more')
    .max(1000, 'must be 1000 or less')
    .default(1.5)
    .meta({
      title: 'number',
      description: "How many times the old slot's response time the new one's may be.",
    }),
  minRequests: wholeNumber(1, 1_000_000)
    .default(200)
    .describe('Fewer requests to the new slot are no basis for a judgement.'),
});

const switchedPort = port.meta({
  description: 'Port that the service listens on in its container; the switch takes its place.',
  examples: [8000],
});

const watch = durationOrNone
  .default('0s')
  .describe('How long errors under all requests undo the release; `0s`: not watched.');

const switched = z.strictObject({
  strategy: z
    .literal('switch')
    .describe('Two slots behind HAProxy, blue and green: no request is dropped.'),
  port: switchedPort,
  ready: ready.describe('When a new slot may get requests.'),
  canary: canary.optional().describe('Gives the new slot a growing share first, and judges it.'),
  drainSeconds: wholeNumber(0, 86_400)
    .default(60)
    .describe('Longest wait for requests in flight when the old slot gets no more.'),
  keepOld: durationOrNone
    .default('15m')
    .describe(
      'How long the old slot goes on running, for a way back in seconds; `0s`: not at all.',
    ),
  watch,
});

const rolled = z.strictObject({
  strategy: z
    .literal('rolling')
    .describe('Behind the same switch, one container after the other: no request is dropped.'),
  port: switchedPort,
  ready: ready.describe('When a new container may get requests.'),
  canary: canary
    .omit({ steps: true })
    .optional()
    .describe('Judges the new containers each time there is one more.'),
  drainSeconds: wholeNumber(0, 86_400)
    .default(60)
    .describe('Longest wait for requests in flight in a container that gets no more.'),
  watch,
});

const recreated = z.strictObject({
  strategy: z
    .literal('recreate')
    .describe('Stopped, then started from the new image: for what may run only once.'),
  port: port
    .optional()
    .describe('Port that the service listens on in its container; goes with `ready`.'),
  ready: ready
    .partial({ http: true })
    .optional()
    .describe('When the new container counts as started; `http` needs `port`.'),
  stopSeconds: wholeNumber(0, 86_400)
    .optional()
    .describe('Grace between SIGTERM and SIGKILL. Default: what the Compose file says.'),
});

const deployedService = z.discriminatedUnion('strategy', [switched, rolled, recreated]);

const MIGRATE = ['alembic', 'upgrade', 'head'];
const MIGRATE_DOWN = ['alembic', 'downgrade', '{revision}'];

export const migrations = z.strictObject({
  service: service.meta({
    description: 'Service of `deploy` whose new image and settings the container has.',
    examples: ['api'],
  }),
  run: command('Brings the schema up to date; run again, it does nothing.', MIGRATE),
  head: command("Prints the schema's revision as its last line; Alembic's `(head)` may follow.", [
    'alembic',
    'current',
  ]).optional(),
  down: command('Takes the schema back to `{revision}`; needs `head`.', MIGRATE_DOWN).optional(),
  timeout: duration.default('10m').describe('Longest time of each of the commands.'),
});

export const release = z.strictObject({
  recoveryPoint: z.enum(['always', 'migrations', 'never']).default('migrations').meta({
    title: '`always`, `migrations` or `never`',
    description: 'Whether a recovery point is saved first: `migrations` when there are some.',
  }),
  keep: wholeNumber(1, 1000)
    .default(5)
    .describe('Releases that stay on the host, with their images.'),
  switchImage: image.default('haproxy:3.0').describe("The switch's image: HAProxy 2.4 or later."),
});

export const deploy = z.record(z.string().meta({ pattern: SERVICE.source }), deployedService);
