import { z } from 'zod';
import type { ApprovalPolicy } from '../model/approval';
import type { DeployDescription } from '../model/deployment';
import type { EdgeDescription } from '../model/edge';
import { FREEZABLE, WEEKDAYS, type FreezeWindow } from '../model/freeze-window';
import type { RunRequest } from '../model/run';
import { NOW_SUFFIX, type StackDescription } from '../model/stack';
import type { WarmInput } from '../model/warm';

/*
 * What arrives at a workflow, whole. Anybody who reaches Temporal can send anything: what is not of this shape is
 * refused by name before a step sees it, instead of breaking a workflow task for ever. Each schema is held to its type
 * in `model/` by the compiler, at the end of this file: a key that is missing here or there does not compile.
 */

// The workflow sandbox allows no code made at run time.
z.config({ jitless: true });

/** Of a whole request, which is looked at first; a stack file has half of it. */
const LONGEST_TEXT = 512 * 1024;
const LONGEST_LIST = 10_000;
/** Ten years: a timer of Temporal's takes it, and nobody waits longer. */
const LONGEST_SECONDS = 10 * 366 * 86_400;

const text = z
  .string()
  .max(LONGEST_TEXT)
  .refine((value) => !value.includes('\0'), 'holds a NUL');
const filled = text.min(1);
const list = <Item extends z.ZodType>(item: Item) => z.array(item).max(LONGEST_LIST);
const argv = list(text).min(1);
/** As the stack file's names: safe as a file's name, a task queue and a workflow's id. */
const name = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'is no name');
const person = z.string().min(1).max(320);
const service = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'is no service')
  .max(255);
const seconds = z.number().min(0).max(LONGEST_SECONDS);
/** Of a time that must pass before something is given up: none would give up at once. */
const timeout = seconds.gt(0);
const count = z.int().min(0).max(1_000_000);
const port = z.int().min(1).max(65_535);
const instant = z.iso.datetime();

const secret = z.union([
  z.strictObject({ env: filled }),
  z.strictObject({ file: filled }),
  z.strictObject({ command: argv }),
]);

const repository = z.strictObject({
  url: filled,
  password: secret,
  initialise: z.boolean(),
  environment: z.record(filled, z.union([secret, z.strictObject({ plain: text })])),
});

const reach = z.union([
  z.strictObject({ service }),
  z.strictObject({ address: z.strictObject({ host: filled, port }) }),
]);
const database = z.union([filled, z.strictObject({ all: z.literal(true) })]);
const server = {
  name,
  reach,
  database,
  user: text.exactOptional(),
  password: secret.exactOptional(),
};

const protectEntry = z.discriminatedUnion('engine', [
  z.strictObject({
    ...server,
    engine: z.literal('postgres'),
    digests: z.boolean(),
    restore: z.strictObject({ searchPath: list(filled).exactOptional() }).exactOptional(),
  }),
  z.strictObject({
    ...server,
    engine: z.literal('mongodb'),
    authenticationDatabase: text.exactOptional(),
  }),
  z.strictObject({
    name,
    engine: z.literal('files'),
    service: service.exactOptional(),
    path: filled,
    exclude: list(text),
  }),
]);

const ready = z.strictObject({
  http: filled,
  consecutive: count,
  timeoutSeconds: timeout.exactOptional(),
});
const canary = z.strictObject({
  steps: list(z.number().gt(0).lt(100)),
  pauseSeconds: seconds,
  maxErrorRate: z.number().min(0).max(100),
  maxSlowdown: z.number().min(0),
  minRequests: count,
});
const deployment = z.union([
  z.strictObject({
    service,
    strategy: z.enum(['switch', 'rolling']),
    port,
    ready,
    canary: canary.exactOptional(),
    drainSeconds: seconds,
    keepOldSeconds: seconds,
    watchSeconds: seconds,
  }),
  z.strictObject({
    service,
    strategy: z.literal('recreate'),
    port: port.exactOptional(),
    ready: ready.exactOptional(),
    timeoutSeconds: timeout.exactOptional(),
    stopSeconds: seconds.exactOptional(),
  }),
]);
const gate = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('run'), service, command: argv, timeoutSeconds: timeout }),
  z.strictObject({ kind: z.literal('scan'), command: argv, timeoutSeconds: timeout }),
  z.strictObject({
    kind: z.literal('http'),
    url: filled,
    expect: z.int().min(100).max(599),
    timeoutSeconds: timeout,
  }),
  z.strictObject({
    kind: z.literal('sql'),
    part: name,
    query: filled,
    expect: z.union([z.boolean(), z.number(), text]),
    timeoutSeconds: timeout,
  }),
]);
const migrations = z.strictObject({
  service,
  run: argv,
  head: argv.exactOptional(),
  down: argv.exactOptional(),
  timeoutSeconds: timeout,
});
const deploy = z.strictObject({
  services: list(deployment).refine(...eachOnce((one: { service: string }) => one.service)),
  before: list(gate),
  after: list(gate),
  migrations: migrations.exactOptional(),
  release: z.strictObject({
    recoveryPoint: z.enum(['always', 'migrations', 'never']),
    keep: count.min(1),
    switchImage: filled,
  }),
});

const edge = z.strictObject({
  image: filled,
  sites: list(
    z.strictObject({
      host: filled,
      service,
      certificate: z.union([
        z.enum(['automatic', 'internal']),
        z.strictObject({ file: filled, key: filled }),
      ]),
    }),
  ),
  email: text.exactOptional(),
  ports: z.strictObject({ address: text.exactOptional(), http: port, https: port }),
});

const RUNBOOKS = ['backup', 'restore', 'deploy', 'rollback', 'forget', 'maintenance'] as const;
const approvalPolicy = z.strictObject({
  required: count.min(1),
  from: list(person),
  expiresSeconds: timeout,
  self: z.boolean(),
});
const minute = z
  .int()
  .min(0)
  .max(24 * 60);
const day = z.iso.date();
const freezeWindow = z.strictObject({
  runbooks: list(z.enum(FREEZABLE)),
  days: list(z.enum(WEEKDAYS)).exactOptional(),
  hours: z.strictObject({ from: minute, to: minute }).exactOptional(),
  dates: z.strictObject({ first: day, last: day }).exactOptional(),
  zone: filled.refine(isTimeZone, 'is no time zone'),
  reason: text,
});

const stackDescription = z.strictObject({
  name,
  host: z
    .string()
    .regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/, 'is no host')
    .refine((host) => !host.endsWith(NOW_SUFFIX), 'is the name of a queue'),
  directory: filled,
  compose: z.strictObject({ files: list(filled), project: filled.exactOptional() }).exactOptional(),
  repository,
  protect: list(protectEntry).refine(...eachOnce((entry: { name: string }) => entry.name)),
  limits: z.strictObject({
    heartbeatSeconds: timeout,
    stallSeconds: timeout,
    deadlineSeconds: timeout,
  }),
  restore: z.strictObject({ keepReplacedSeconds: seconds }),
  deploy: deploy.exactOptional(),
  edge: edge.exactOptional(),
  approvals: z.partialRecord(z.enum(RUNBOOKS), approvalPolicy).exactOptional(),
  freeze: list(freezeWindow).exactOptional(),
  onFailure: z.literal('hold').exactOptional(),
});

const options = {
  backup: z.strictObject({ only: list(name), initialise: z.boolean() }),
  restore: z.strictObject({
    point: z.union([
      z.strictObject({ newest: z.literal(true) }),
      z.strictObject({ id: filled }),
      z.strictObject({ at: filled }),
    ]),
    only: list(filled),
    into: filled.exactOptional(),
    leaveOut: list(filled).exactOptional(),
    confirmation: text.exactOptional(),
  }),
  deploy: z.strictObject({
    images: z.record(service, filled),
    build: z.strictObject({ push: z.boolean() }).exactOptional(),
    planHash: text.exactOptional(),
  }),
  rollback: z.strictObject({
    to: z.int().min(1).exactOptional(),
    schema: z.enum(['keep', 'down', 'restore']).exactOptional(),
    leaveOut: list(filled).exactOptional(),
    confirmation: text.exactOptional(),
    planHash: text.exactOptional(),
  }),
  forget: z.strictObject({ planHash: text.exactOptional() }),
  maintenance: z.strictObject({
    turn: z.enum(['on', 'off']),
    only: list(service),
    message: text.exactOptional(),
  }),
};

const everyRequest = {
  stack: stackDescription,
  requestedBy: person,
  trigger: z.enum(['cli', 'schedule']),
  despiteFreeze: text.exactOptional(),
  hold: z.boolean().exactOptional(),
  pawlVersion: z.string().max(100),
};

export const runRequest = z.discriminatedUnion('runbook', [
  z.strictObject({ runbook: z.literal('backup'), options: options.backup, ...everyRequest }),
  z.strictObject({ runbook: z.literal('restore'), options: options.restore, ...everyRequest }),
  z.strictObject({ runbook: z.literal('deploy'), options: options.deploy, ...everyRequest }),
  z.strictObject({ runbook: z.literal('rollback'), options: options.rollback, ...everyRequest }),
  z.strictObject({ runbook: z.literal('forget'), options: options.forget, ...everyRequest }),
  z.strictObject({
    runbook: z.literal('maintenance'),
    options: options.maintenance,
    ...everyRequest,
  }),
]);

export const runInput = z.strictObject({
  request: runRequest,
  mode: z.enum(['plan', 'apply']),
  number: count,
});

export const questionInput = z.looseObject({ stack: stackDescription });

export const keptInput = z.looseObject({
  stack: stackDescription,
  run: z.looseObject({ id: filled, number: count, key: filled }),
  parts: list(z.looseObject({})),
  since: instant,
  until: instant,
});

export const warmInput = z.strictObject({
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

/** What starts a stack's workflow; what it carries from an earlier execution is its own. */
export const stackInput = z.looseObject({
  stack: name,
  host: stackDescription.shape.host,
});

/** The request in it is looked at once it is known not to be too large. */
export const submission = z.strictObject({ request: z.looseObject({}) });
export const withdrawal = z.strictObject({ number: count, by: person });
/** A message is cut to what a page can show. */
export const freezing = z.strictObject({ message: z.string(), by: person });
export const byPerson = z.strictObject({ by: person });

function eachOnce<Item>(
  keyOf: (item: Item) => string,
): [(items: readonly Item[]) => boolean, string] {
  const once = (items: readonly Item[]): boolean => new Set(items.map(keyOf)).size === items.length;
  return [once, 'names one twice'];
}

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/* A key that only one of the two has does not compile here: add it to the other. */

type Plain<T> = T extends readonly (infer Item)[]
  ? Plain<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Plain<T[Key]> }
    : T;
/* eslint-disable @typescript-eslint/no-unnecessary-type-parameters -- the only way to ask for more than assignability */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/* eslint-enable */
type Holds<Type, Schema extends z.ZodType> = Same<Plain<Type>, Plain<z.infer<Schema>>>;

true satisfies Holds<ApprovalPolicy, typeof approvalPolicy>;
true satisfies Holds<FreezeWindow, typeof freezeWindow>;
true satisfies Holds<EdgeDescription, typeof edge>;
true satisfies Holds<DeployDescription, typeof deploy>;
true satisfies Holds<StackDescription, typeof stackDescription>;
true satisfies Holds<RunRequest, typeof runRequest>;
true satisfies Holds<WarmInput, typeof warmInput>;
