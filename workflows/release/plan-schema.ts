import type { RollbackOptions } from '../model/options';
import type { SchemaPlan } from '../model/plans';
import type { Release } from '../model/release';
import type { StackDescription } from '../model/stack';
import type { Obstacle } from '../model/obstacle';

/** From which release to which. */
interface Turn {
  readonly serving: Release;
  readonly target: Release;
  /** The release that took the target's place: its recovery point has the data as the target left them. */
  readonly successor: Release | undefined;
}

/** What a rollback does with the schema, as it was told, or why it cannot: then with the ways there are. */
export function planSchema(
  { deploy }: StackDescription,
  { schema }: RollbackOptions,
  { serving, target, successor }: Turn,
): SchemaPlan | Obstacle {
  const heads = {
    ...(serving.schemaHead === undefined ? {} : { now: serving.schemaHead }),
    ...(target.schemaHead === undefined ? {} : { then: target.schemaHead }),
  };
  if (deploy?.migrations === undefined || heads.now === heads.then) {
    if (schema === 'restore') return nothingToRestoreFor(target);
    const asked = deploy?.migrations === undefined || heads.now !== undefined;
    return { ...heads, way: asked ? 'same' : 'unknown' };
  }
  if (schema !== 'restore' && (heads.now === undefined || heads.then === undefined)) {
    return schema === 'down' ? noWayDown(target) : { ...heads, way: 'unknown' };
  }
  if (schema === undefined) return schemaMovedOn(serving, target, deploy.migrations.down);
  if (schema === 'restore') {
    const { recoveryPoint, releasedAt } = successor ?? {};
    if (recoveryPoint === undefined || releasedAt === undefined) return noPoint(target);
    return { ...heads, way: 'restore', point: recoveryPoint, lostSince: releasedAt };
  }
  if (schema === 'down' && deploy.migrations.down === undefined) return noWayDown(target);
  return { ...heads, way: schema };
}

/** What a person should know of it before saying yes. */
export function schemaNotes({ way, now, then, point, lostSince }: SchemaPlan): string[] {
  switch (way) {
    case 'same':
      return [];
    case 'unknown':
      return [
        'Whether the schema has changed between the two is not known: `migrations.head` was not set when they were released, or printed nothing.',
      ];
    case 'keep':
      return [`The schema stays at ${now ?? ''}; the old release was made for ${then ?? ''}.`];
    case 'restore':
      return [
        `All data comes back as recovery point ${point ?? ''} has them; what was written since ${lostSince ?? ''} goes away with what is replaced.`,
        'The service answers with a maintenance page from the swap of the data until the old release serves.',
      ];
    case 'down':
      return [
        `The schema is taken down from ${now ?? ''} to ${then ?? ''} by the release's own step: ` +
          'what was written into what goes away is lost.',
      ];
  }
}

function noPoint({ number }: Release): Obstacle {
  return {
    obstacle: `no recovery point was saved when release ${number} was replaced`,
    advice: '`release.recoveryPoint` says when one is. `pawl points` lists those that there are.',
  };
}

function nothingToRestoreFor({ number }: Release): Obstacle {
  return {
    obstacle: `the schema is the one that release ${number} was made for: no data need to come back`,
    advice: 'Leave --schema out; `pawl restore` brings data back by itself.',
  };
}

function noWayDown({ number }: Release): Obstacle {
  return {
    obstacle: `the schema cannot be taken down to that of release ${number}`,
    advice: 'It needs `migrations.head` when both were released, and `migrations.down` now.',
  };
}

/** The three ways out. */
function schemaMovedOn(
  serving: Release,
  target: Release,
  down: readonly string[] | undefined,
): Obstacle {
  const { recoveryPoint } = serving;
  const ways = [
    'if the old release works with the new schema (what was added is only added): `pawl rollback --schema keep`',
    down === undefined
      ? 'a declared way down: set `migrations.down`, then `pawl rollback --schema down`'
      : 'the declared way down: `pawl rollback --schema down`',
    recoveryPoint === undefined
      ? 'the data as it was: none was saved before it, so `pawl points` and `pawl restore`, then `--schema keep`'
      : `the data as it was before (recovery point ${recoveryPoint}): \`pawl rollback --schema restore\`; all that was ` +
        `written since ${serving.releasedAt} is lost by it`,
  ];
  return {
    obstacle: `the schema is at ${serving.schemaHead ?? ''}, and release ${target.number} was made for ${target.schemaHead ?? ''}`,
    advice: `Choose: ${ways.map((way, index) => `(${index + 1}) ${way}`).join('; ')}.`,
  };
}
