import type { ApprovalPolicy } from '../model/approval';
import type { DeployDescription } from '../model/deployment';
import type { DrillDescription } from '../model/proof';
import type { EdgeDescription } from '../model/edge';
import { ENGINES } from '../model/engines';
import type { KeepPolicy } from '../model/keep';
import { WEEKDAYS, type FreezeWindow } from '../model/freeze-window';
import type { ScheduleEntry } from '../model/schedule';
import { NOW_SUFFIX, type StackDescription } from '../model/stack';
import { channelSchema } from './channel-schema';
import { shapes, type Matches } from './shapes';

const { z, text, filled, list, argv, name, person, service, seconds, timeout, count, port } =
  shapes;

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
const copy = repository.extend({ name });

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

const protectEntry = z.discriminatedUnion(
  'engine',
  [
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
      engine: z.literal('sqlite'),
      service: service.exactOptional(),
      path: filled,
      digests: z.boolean(),
    }),
    z.strictObject({
      name,
      engine: z.literal('files'),
      service: service.exactOptional(),
      path: filled,
      exclude: list(text),
      databases: list(filled).exactOptional(),
    }),
  ],
  { error: unknownEngine },
);

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

const drill = z.strictObject({
  assert: list(z.strictObject({ kind: z.literal('sql'), part: name, query: filled })),
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
  runbooks: list(filled),
  days: list(z.enum(WEEKDAYS)).exactOptional(),
  hours: z.strictObject({ from: minute, to: minute }).exactOptional(),
  dates: z.strictObject({ first: day, last: day }).exactOptional(),
  zone: filled.refine(isTimeZone, 'is no time zone'),
  reason: text,
});

const keep = z.strictObject({
  last: count.min(1).exactOptional(),
  hourly: count.min(1).exactOptional(),
  daily: count.min(1).exactOptional(),
  weekly: count.min(1).exactOptional(),
  monthly: count.min(1).exactOptional(),
  yearly: count.min(1).exactOptional(),
  withinSeconds: timeout.exactOptional(),
  maxBytes: z.int().min(1).exactOptional(),
  zone: filled.refine(isTimeZone, 'is no time zone'),
});

const scheduleEntry = z.strictObject({
  runbook: filled,
  when: z.union([
    z.strictObject({ cron: filled, zone: filled.refine(isTimeZone, 'is no time zone') }),
    z.strictObject({ everySeconds: timeout }),
  ]),
  jitterSeconds: seconds,
  only: list(name).exactOptional(),
  point: z.enum(['newest', 'oldest', 'random']).exactOptional(),
});

/** The normalised stack file, as `StackDescription` has it. */
const stackDescription = z.strictObject({
  name,
  host: z
    .string()
    .regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/, 'is no host')
    .refine((host) => !host.endsWith(NOW_SUFFIX), 'is the name of a queue'),
  directory: filled,
  compose: z.strictObject({ files: list(filled), project: filled.exactOptional() }).exactOptional(),
  repository,
  copies: list(copy)
    .refine(...eachOnce((one: { name: string }) => one.name))
    .exactOptional(),
  readFrom: name.exactOptional(),
  protect: list(protectEntry).refine(...eachOnce((entry: { name: string }) => entry.name)),
  limits: z.strictObject({
    heartbeatSeconds: timeout,
    stallSeconds: timeout,
    deadlineSeconds: timeout,
  }),
  restore: z.strictObject({ keepReplacedSeconds: seconds }),
  keep: keep.exactOptional(),
  deploy: deploy.exactOptional(),
  drill: drill.exactOptional(),
  edge: edge.exactOptional(),
  approvals: z.record(filled, approvalPolicy).exactOptional(),
  freeze: list(freezeWindow).exactOptional(),
  freshness: z.strictObject({ pointSeconds: timeout }).exactOptional(),
  notify: list(channelSchema.channel)
    .refine(...eachOnce((one: { name: string }) => one.name))
    .exactOptional(),
  schedule: list(scheduleEntry).exactOptional(),
  onFailure: z.literal('hold').exactOptional(),
});

/** By name: an engine of a newer version. Names of engines are no secrets; what is none is not told. */
function unknownEngine({ input }: { readonly input?: unknown }): string | undefined {
  const { engine } = (input ?? {}) as { readonly engine?: unknown };
  if (typeof engine !== 'string' || !/^[a-z][a-z0-9-]{0,30}$/.test(engine)) return undefined;
  return Object.hasOwn(ENGINES, engine)
    ? undefined
    : `the engine "${engine}" is not one that this version has`;
}

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

true satisfies Matches<ApprovalPolicy, typeof approvalPolicy>;
true satisfies Matches<FreezeWindow, typeof freezeWindow>;
true satisfies Matches<DrillDescription, typeof drill>;
true satisfies Matches<KeepPolicy, typeof keep>;
true satisfies Matches<ScheduleEntry, typeof scheduleEntry>;
true satisfies Matches<EdgeDescription, typeof edge>;
true satisfies Matches<DeployDescription, typeof deploy>;
true satisfies Matches<StackDescription, typeof stackDescription>;

/** Frozen as the shapes are. */
export const stackSchema = Object.freeze({ stackDescription });
