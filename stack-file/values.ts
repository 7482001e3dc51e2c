import { z } from 'zod';
import { DURATION, DURATION_OR_NONE } from './duration';
import { NAME, NAME_RULE } from './name';

/** The small kinds of value that keys of the stack file share. */

export const ENVIRONMENT_VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A host name, an IPv4 or IPv6 address, or the absolute folder of a local socket. */
const SERVER_HOST =
  /^(?:[A-Za-z0-9_][A-Za-z0-9._-]{0,252}|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]+(?:%[A-Za-z0-9]+)?|\/.+)$/;

export const name = z.string().regex(NAME, NAME_RULE).meta({ title: 'name' });

export const text = z.string().min(1, 'must not be empty').meta({ title: 'text' });

export const path = z
  .string()
  .min(1, 'must not be empty')
  .regex(/^(?!~)/, '`~` is not expanded; write the whole path')
  .meta({ title: 'path' });

export const DURATION_WORDS =
  'a number from 1 to 99999 and a unit: `30s`, `15m`, `4h`, `7d` or `2w`';

export const duration = z
  .string()
  .regex(DURATION, `must be ${DURATION_WORDS}`)
  .meta({ title: 'duration' });

/** A duration, or `0s`: none. */
export const durationOrNone = z
  .string()
  .regex(DURATION_OR_NONE, `must be ${DURATION_WORDS}; \`0s\` is none`)
  .meta({ title: 'duration' });

export const PERCENT_WORDS = 'a percentage, such as `1%` or `0.5%`';

export const percent = z
  .string()
  .regex(/^(?:100|[0-9]{1,2}(?:\.[0-9]{1,3})?)%$/, `must be ${PERCENT_WORDS}`)
  .meta({ title: 'percentage' });

export const SHARE_WORDS = 'a whole percentage from `1%` to `99%`';

/** Of the requests; 0 and 100 are no shares. */
export const SHARE = /^[1-9][0-9]?%$/;

export const share = z.string().regex(SHARE, `must be ${SHARE_WORDS}`).meta({ title: 'share' });

export function wholeNumber(least: number, most: number): z.ZodInt {
  const range = `must be from ${least} to ${most}`;
  return z
    .int('must be a whole number')
    .min(least, range)
    .max(most, range)
    .meta({ title: 'number' });
}

export const SERVICE = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
export const SERVICE_RULE =
  "must be a service's name as Compose has it: letters, digits, `.`, `_` and `-`";

export const service = z.string().regex(SERVICE, SERVICE_RULE).meta({ title: 'service' });

/** As `requestedBy` of a run: a user's name, with or without the machine. */
export const person = z
  .string()
  .regex(/^[^\s@]+(?:@\S+)?$/, 'must be a name such as `anna` or `anna@laptop`')
  .max(320, 'must have at most 320 characters')
  .meta({ title: 'name' });

/** It stands in HAProxy's configuration: nothing that has a meaning there. */
export const urlPath = z
  .string()
  .regex(
    /^\/[A-Za-z0-9._~!&()*+,;=:@%/?-]*$/,
    'must be a path of a URL, which begins with `/`, such as `/healthz`',
  )
  .meta({ title: 'text' });

export const image = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._/:@-]*$/, 'must be an image, such as `haproxy:3.0`')
  .meta({ title: 'image' });

export const serverHost = z
  .string()
  .regex(
    SERVER_HOST,
    'must be a host name, an IP address (IPv6 without brackets) or the absolute folder of a socket',
  )
  .meta({ title: 'host' });

export const port = z
  .int('must be a whole number')
  .min(1, 'must be from 1 to 65535')
  .max(65_535, 'must be from 1 to 65535')
  .meta({ title: 'port' });

export const SECRET_RULE =
  'must say where the secret is: `{env: NAME}`, `{file: /path/of/a/file}` or `{command: [program, argument]}`';

/** The keys are optional here and counted below: a union of three maps would report every mistake three times. */
export const secretReference = z
  .strictObject({
    env: z
      .string()
      .regex(ENVIRONMENT_VARIABLE, 'must be the name of an environment variable')
      .meta({ title: 'variable' })
      .optional()
      .describe("Variable of the worker's environment, else of the Compose project's `.env`."),
    file: path
      .optional()
      .describe(
        "File on the host, relative to the stack's directory or absolute; one line break at its end is not part of the secret.",
      ),
    command: z
      .array(text)
      .min(1, 'must name a program')
      .optional()
      .describe(
        'Program and arguments, run on the host without a shell; its output is the secret.',
      ),
  })
  .refine((reference) => Object.keys(reference).length === 1, `${SECRET_RULE}; exactly one of them`)
  .meta({ title: 'secret', minProperties: 1, maxProperties: 1 });
