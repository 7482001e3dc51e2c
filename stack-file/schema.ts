import { z } from 'zod';
import { approvals } from './schema-approvals';
import { copies } from './schema-copies';
import { deploy, migrations, release } from './schema-deploy';
import { drill } from './schema-drill';
import { edge } from './schema-edge';
import { freeze } from './schema-freeze';
import { freshness } from './schema-freshness';
import { gates } from './schema-gates';
import { repository } from './schema-repository';
import { notify } from './schema-notify';
import { keep } from './schema-keep';
import { schedule } from './schema-schedule';
import { protectEntry } from './engines';
import { NAME } from './name';
import { duration, name, path } from './values';

/*
 * `pawl.yaml`, key by key. The messages, docs/stack-file.md and docs/pawl.schema.json are made from this: describe a key
 * so that it reads well in all three. What concerns several keys at once is in rules.ts.
 */

const compose = z.strictObject({
  files: z
    .array(path)
    .default([])
    .meta({
      description:
        "Compose files, relative to the stack's directory. Default: what Compose itself looks for.",
      examples: [['compose.yaml']],
    }),
  project: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9_-]*$/,
      'must be lower-case letters, digits, `_` or `-`, as Compose demands',
    )
    .optional()
    .meta({
      title: 'text',
      description: "Project name. Default: Compose's own rule, the directory's name.",
      examples: ['melvin'],
    }),
});

const limits = z.strictObject({
  heartbeat: duration
    .default('10s')
    .describe('A worker that is silent for so long counts as dead, and its step starts again.'),
  stall: duration
    .default('5m')
    .describe('An attempt that moves no byte for so long is ended and tried again.'),
  deadline: duration
    .default('24h')
    .describe('Longest time of a run, all retries and waits included.'),
});

const restore = z.strictObject({
  keepReplaced: duration
    .default('7d')
    .describe(
      'How long what a restore replaced is kept, unless `pawl restore confirm` drops it before.',
    ),
});

export const stackSchema = z.strictObject({
  stack: name.meta({ description: 'Name of the stack.', examples: ['melvin'] }),
  host: name.default('local').describe('Name of the host whose worker runs the steps.'),
  directory: path.optional().meta({
    description:
      "Folder of the project on that host. Default for a local host: the stack file's own folder.",
    examples: ['/opt/melvin'],
  }),
  compose: compose.optional().describe('The Compose project that the services belong to.'),
  repository: repository.describe('Where recovery points are kept: a restic repository.'),
  copies: copies
    .optional()
    .describe('Further repositories: every recovery point is copied to each of them.'),
  protect: z
    .record(z.string().meta({ pattern: NAME.source }), protectEntry)
    .describe('What a recovery point holds: a name of your choice for each database or folder.'),
  limits: limits.prefault({}).describe('How long things may take.'),
  restore: restore.prefault({}).describe('What a restore does with what it replaced.'),
  keep: keep
    .optional()
    .describe('Which recovery points `pawl retain` keeps. Without it nothing is ever forgotten.'),
  deploy: deploy
    .optional()
    .describe('What a release releases, and how: services of the Compose project, in this order.'),
  gates: gates.optional().describe('Checks that a release must pass.'),
  migrations: migrations.optional().describe("The application's own migrations of its schema."),
  release: release.optional().describe('How a release is made and kept.'),
  drill: drill.optional().describe('What a drill asks of what it has restored.'),
  edge: edge
    .optional()
    .describe('HTTPS in front of the switches: Caddy, with a certificate for each site.'),
  onFailure: z
    .enum(['undo', 'hold'])
    .default('undo')
    .describe(
      'What becomes of a run whose step failed permanently: it is undone, or held until `pawl resolve` says how it goes on.',
    ),
  notify: notify
    .optional()
    .describe('Who is told of what happens: a name of your choice for each channel.'),
  schedule: schedule.optional().describe('Runbooks that start by themselves, and when.'),
  freshness: freshness
    .optional()
    .describe('How old recovery points may get before people are told.'),
  freeze: freeze.optional().describe('Times in which runbooks are not started.'),
  approvals: approvals
    .optional()
    .describe('Runbooks that wait until people have approved the plan.'),
});

/** The stack file with its defaults, in its own words. */
export type StackDocument = z.output<typeof stackSchema>;
