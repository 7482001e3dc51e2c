import type { NotifyInput } from '../model/audience';
import type { Channel } from '../model/channel';
import { TELLABLE, type Notice } from '../model/notice';
import { shapes, type Matches } from './shapes';

const { z, text, filled, list, argv, name, port, instant } = shapes;

const secret = z.union([
  z.strictObject({ env: filled }),
  z.strictObject({ file: filled }),
  z.strictObject({ command: argv }),
]);
const url = z.union([z.strictObject({ plain: filled }), ...secret.options]);
const forPeople = { name, on: list(z.enum(TELLABLE)) };

const channel = z.discriminatedUnion('kind', [
  z.strictObject({ ...forPeople, kind: z.literal('webhook'), url, secret: secret.exactOptional() }),
  z.strictObject({ ...forPeople, kind: z.literal('ntfy'), url, token: secret.exactOptional() }),
  z.strictObject({ ...forPeople, kind: z.literal('slack'), url }),
  z.strictObject({ ...forPeople, kind: z.literal('discord'), url }),
  z.strictObject({
    ...forPeople,
    kind: z.literal('smtp'),
    host: filled,
    port,
    security: z.enum(['starttls', 'tls', 'none']),
    from: filled,
    to: list(filled).min(1),
    user: text.exactOptional(),
    password: secret.exactOptional(),
  }),
  z.strictObject({ ...forPeople, kind: z.literal('command'), argv }),
  z.strictObject({ name, kind: z.literal('ping'), url, runbook: filled }),
]);

const notice = z.strictObject({
  event: z.enum([...TELLABLE, 'started', 'succeeded', 'cancelled', 'test']),
  stack: name,
  host: filled,
  run: filled.exactOptional(),
  runbook: filled.exactOptional(),
  what: text,
  since: instant,
  at: instant,
  why: text.exactOptional(),
  state: text.exactOptional(),
  next: text.exactOptional(),
});

const notifyInput = z.strictObject({
  host: filled,
  place: z.strictObject({
    stack: name,
    directory: filled,
    compose: z
      .strictObject({ files: list(filled), project: filled.exactOptional() })
      .exactOptional(),
  }),
  channel,
  notice,
});

true satisfies Matches<Channel, typeof channel>;
true satisfies Matches<Notice, typeof notice>;
true satisfies Matches<NotifyInput, typeof notifyInput>;

/** Frozen as the shapes are. */
export const channelSchema = Object.freeze({ channel, notifyInput });
