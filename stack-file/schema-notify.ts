import { z } from 'zod';
import { CATALOGUE } from '../workflows/catalogue';
import { TELLABLE } from '../workflows/model/notice';
import { NAME } from './name';
import { port, secretReference, serverHost, text } from './values';

/** Who is told of what happens; written as schema.ts says. Which keys go together is in rules-notify.ts. */

/** The keys that say what kind of channel it is: each has one of them. */
export const KINDS = ['webhook', 'ntfy', 'slack', 'discord', 'smtp', 'command', 'ping'] as const;

/** Those whose value is an address. */
export const ADDRESSED = ['webhook', 'ntfy', 'slack', 'discord', 'ping'] as const;

/** Of a channel that says nothing of it. */
export const TOLD_BY_DEFAULT = ['failed', 'held', 'approval', 'stale', 'recovered'] as const;

const RUNBOOKS = CATALOGUE.map(({ name }) => name);

const webAddress = z
  .string()
  .refine(isWebAddress, 'must be a whole URL that begins with `https://` or `http://`');

/** An address may be a secret as a whole: whoever knows it may send. */
const address = z.union([webAddress, secretReference]).meta({ title: 'URL or secret' });

const ADDRESS_RULE = 'must be a sender or recipient, such as `ops@example.org`';
const mailAddress = z
  .string()
  .regex(/^[^\r\n\0,;]*[^\s@<>,;]@[^\s@<>,;]+>?$/, ADDRESS_RULE)
  .meta({ title: 'mail address' });

const smtp = z.strictObject({
  host: serverHost.meta({ description: 'Mail server.', examples: ['mail.example.org'] }),
  port: port
    .optional()
    .describe('TCP port. Default: 587, of `security: tls` 465, of `security: none` 25.'),
  security: z
    .enum(['starttls', 'tls', 'none'])
    .default('starttls')
    .describe('`starttls`: encrypted or not at all; `tls`: from the first byte; `none`: as it is.'),
  from: mailAddress.meta({ description: 'Sender.', examples: ['pawl <pawl@example.org>'] }),
  to: z
    .array(mailAddress)
    .min(1, 'must name a recipient')
    .meta({ description: 'Recipients.', examples: [['ops@example.org']] }),
  user: text.optional().describe('Who logs in; nobody when absent.'),
  password: secretReference.optional().describe('Password of that user.'),
});

const channel = z.strictObject({
  webhook: address.optional().describe('Address that gets JSON by POST.'),
  secret: secretReference
    .optional()
    .describe('Key that the messages of a `webhook` are signed with, as Standard Webhooks has it.'),
  ntfy: address.optional().describe('Address of a topic of ntfy.'),
  token: secretReference.optional().describe('Access token of an `ntfy` server.'),
  slack: address
    .optional()
    .describe('Incoming webhook of Slack, or of what takes the same, such as Mattermost.'),
  discord: address.optional().describe('Webhook of Discord.'),
  smtp: smtp.optional().describe('Mail.'),
  command: z
    .array(text)
    .min(1, 'must name a program')
    .optional()
    .describe('Program and arguments, run on the host without a shell; it gets JSON as its input.'),
  ping: address
    .optional()
    .describe(
      "Address of a dead man's switch, as Healthchecks has it: told of start, success and failure of one `runbook`.",
    ),
  runbook: z.enum(RUNBOOKS).optional().describe('Which runbook a `ping` watches.'),
  on: z
    .array(z.enum(TELLABLE))
    .min(1, 'must name an event')
    .optional()
    .describe(`What is told of. Default: \`[${TOLD_BY_DEFAULT.join(', ')}]\`.`),
});

export const notify = z.record(z.string().meta({ pattern: NAME.source }), channel);

function isWebAddress(value: string): boolean {
  return /^https?:\/\/\S+$/.test(value) && URL.canParse(value);
}
