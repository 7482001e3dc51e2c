import type { ActivityOptions } from '@temporalio/workflow';
import type { Migrations } from '../model/deployment';
import { MIGRATE_STEP, schemaHeadStep } from './check-steps';
import { schemaRevision } from './schema-revision';
import type { Run } from '../run/runbook';
import type { Undo } from '../run/undo-on-failure';
import { serviceInFile } from './gates';
import { migrateBackStep } from './undo-steps';
import { whoServes, type Placement } from './placement';

/**
 * Runs the application's own migrations from the new image. Returns the schema's head afterwards, where it can be asked.
 * A run that fails or is cancelled later says what the schema is at, and where the data from before are.
 */
export async function migrate(
  run: Run,
  undo: Undo,
  placement: Placement,
  migrations: Migrations,
): Promise<string | undefined> {
  const before = await schemaHead(run, placement, migrations, 'before');
  const saved = run.dataIfItFailsNow;
  const unsure = ['The migrations may have changed the schema.', saved].join(' ').trim();
  const { down } = migrations;
  if (before !== undefined && down !== undefined) {
    undo.push(migrateBackStep(before), async (options) => {
      run.dataIfItFailsNow = unsure;
      const now = await schemaHead(run, placement, migrations, 'failed');
      if (now !== before) await takeDown(run, placement, migrations, before, options);
      run.dataIfItFailsNow = [schemaWords(before, before), saved].join(' ').trim();
    });
  }
  run.stateIfItFailsNow = `${whoServes(placement)}.`;
  run.dataIfItFailsNow = unsure;
  const { timeoutSeconds } = migrations;
  await run.step(
    MIGRATE_STEP,
    (options, corrected) => runMigrations(run, placement, { ...migrations, ...corrected }, options),
    // By hand, perhaps: the head is asked for afterwards in any case.
    { skipped: () => undefined, values: { timeoutSeconds } },
  );
  const after = await schemaHead(run, placement, migrations, 'after');
  run.dataIfItFailsNow = [schemaWords(before, after), saved].join(' ').trim();
  return after;
}

function schemaWords(before: string | undefined, after: string | undefined): string {
  if (after === undefined) return 'The schema has been migrated.';
  if (before === after) return `The schema is at ${after}, as before.`;
  const from = before === undefined ? '' : ` from ${before}`;
  return `The schema has been migrated${from} to ${after}.`;
}

export async function runMigrations(
  run: Run,
  placement: Placement,
  migrations: Migrations,
  options: ActivityOptions,
): Promise<void> {
  await oneOff(run, placement, migrations, migrations.run, 'migrate', options);
}

/** What the application says of its schema; undefined when no command asks, or it prints nothing. */
async function schemaHead(
  run: Run,
  placement: Placement,
  migrations: Migrations,
  when: string,
): Promise<string | undefined> {
  const { head } = migrations;
  if (head === undefined) return undefined;
  const step = schemaHeadStep(when);
  const { lastLine } = await run.step(
    step,
    (options) => oneOff(run, placement, migrations, head, step.id, options),
    { detail: (ended) => ({ detail: ended.lastLine }) },
  );
  return schemaRevision(lastLine);
}

/** Takes the schema down to a revision with the image of `placement`, which must know the way. */
export async function takeDown(
  run: Run,
  placement: Placement,
  migrations: Migrations,
  revision: string,
  options: ActivityOptions,
): Promise<void> {
  const command = (migrations.down ?? []).map((argument) =>
    argument.replaceAll('{revision}', revision),
  );
  await oneOff(run, placement, migrations, command, 'migrate-down', options);
}

function oneOff(
  run: Run,
  placement: Placement,
  { service, timeoutSeconds }: Migrations,
  command: readonly string[],
  purpose: string,
  options: ActivityOptions,
) {
  return run.act.runOneOff.executeWithOptions(options, [
    {
      ...{ stack: run.stack, run: run.reference, release: placement.release },
      service: serviceInFile(placement, service),
      ...{ command, purpose, timeoutSeconds },
    },
  ]);
}
