import { CATALOGUE } from '../catalogue';
import type { CopyInput } from '../model/copy';
import type { ForcedEndInput } from '../model/forced-end';
import type { RequestFrame } from '../model/run';
import type { ScheduledInput } from '../model/schedule';
import type { WarmInput } from '../model/warm';
import { channelSchema } from './channel-schema';
import { shapes, type Matches } from './shapes';
import { stackSchema } from './stack-schema';

/*
 * What arrives at a workflow, whole. Anybody who reaches Temporal can send anything: what is not of this shape is
 * refused by name before a step sees it, instead of breaking a workflow task for ever. Each schema is held to its type
 * by the compiler: a key that is missing here or there does not compile.
 */

const { stackDescription } = stackSchema;
const { z, text, filled, list, person, service, count, instant } = shapes;

const requestFrame = z.strictObject({
  format: count.exactOptional(),
  stack: stackDescription,
  requestedBy: person,
  trigger: z.enum(['cli', 'schedule']),
  despiteFreeze: text.exactOptional(),
  hold: z.boolean().exactOptional(),
  pawlVersion: z.string().max(100),
});

const ofRunbooks = CATALOGUE.map(({ name, options }) =>
  requestFrame.extend({ runbook: z.literal(name), options: options(shapes) }),
);

// Its type does not say so any more, but the catalogue is not empty.
const runRequest = z.discriminatedUnion(
  'runbook',
  ofRunbooks as [(typeof ofRunbooks)[number], ...typeof ofRunbooks],
);

const runInput = z.strictObject({
  request: runRequest,
  mode: z.enum(['plan', 'apply']),
  number: count,
});

const questionInput = z.looseObject({ stack: stackDescription });

const freshnessInput = z.looseObject({ stack: stackDescription });

const runReference = z.looseObject({ id: filled, number: count, key: filled });

const keptInput = z.looseObject({
  stack: stackDescription,
  run: runReference,
  parts: list(z.looseObject({})),
  since: instant,
  until: instant,
});

const partsInput = z.looseObject({
  stack: stackDescription,
  run: runReference,
  pointId: filled,
  work: z.enum(['observe', 'restore', 'swap', 'swapBack', 'discard']),
  items: list(z.looseObject({ part: z.looseObject({ name: filled }) })),
});

const repositoryInput = z.looseObject({
  stack: stackDescription,
  run: runReference,
  repositoryId: z.string().regex(/^[0-9a-f]{64}$/, 'is no repository'),
  work: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('forget'), runKeys: list(filled), now: instant }),
    z.strictObject({ kind: z.literal('prune') }),
    z.strictObject({
      kind: z.literal('check'),
      slice: z.strictObject({ slice: count, of: count }).exactOptional(),
    }),
  ]),
});

const warmInput = z.strictObject({
  stack: stackDescription,
  project: filled,
  slots: list(
    z.strictObject({
      service,
      slot: z.enum(['blue', 'green']),
      release: count,
      until: instant,
    }),
  ),
});

const copyInput = z.strictObject({
  stack: stackDescription,
  copy: shapes.name,
  acceptAnother: z.literal(true).exactOptional(),
  carried: z
    .strictObject({
      reason: text,
      advice: text.exactOptional(),
      tries: count,
      since: instant,
      last: instant,
    })
    .exactOptional(),
});

const forcedEndInput = z.strictObject({
  stack: stackDescription,
  run: filled.max(100),
  number: count,
  key: filled.max(100),
  runbook: filled.max(100),
  requestedBy: person,
  by: person,
  reason: filled.max(2000),
});

/** What a schedule starts its workflow with. */
const scheduledInput = z.strictObject({
  stack: shapes.name,
  host: stackDescription.shape.host,
  runbook: filled.max(100),
  entryHash: filled.max(100),
});

const applyInput = z.strictObject({
  stack: stackDescription,
  source: z.strictObject({ file: filled, environment: filled.exactOptional() }),
});

/** What starts a stack's workflow; what it carries from an earlier execution is its own. */
const stackInput = z.looseObject({
  stack: shapes.name,
  host: stackDescription.shape.host,
});

/** The request in it is looked at once it is known not to be too large. */
const submission = z.strictObject({ request: z.looseObject({}) });
const withdrawal = z.strictObject({ number: count, by: person });
/** A message is cut to what a page can show. */
const freezing = z.strictObject({ message: z.string(), by: person });
const byPerson = z.strictObject({ by: person });

true satisfies Matches<ForcedEndInput, typeof forcedEndInput>;
true satisfies Matches<CopyInput, typeof copyInput>;
true satisfies Matches<ScheduledInput, typeof scheduledInput>;
true satisfies Matches<WarmInput, typeof warmInput>;
true satisfies Matches<RequestFrame, typeof requestFrame>;

/** All of them, frozen as the shapes are. */
export const requests = Object.freeze({
  runRequest,
  runInput,
  questionInput,
  keptInput,
  partsInput,
  repositoryInput,
  warmInput,
  copyInput,
  forcedEndInput,
  freshnessInput,
  notifyInput: channelSchema.notifyInput,
  scheduledInput,
  applyInput,
  stackInput,
  submission,
  withdrawal,
  freezing,
  byPerson,
});
