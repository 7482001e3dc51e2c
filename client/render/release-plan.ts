import type {
  DeployPlan,
  DiskEstimate,
  PlannedService,
  RollbackPlan,
} from '../../workflows/model/plans';
import { formatBytes, formatCount } from './format';
import { shortImage, shortPinned } from './image';
import { renderTable } from './table';

/** What a deploy will do, but for its steps. */
export function deployLines(plan: DeployPlan, width: number): string[] {
  const { release, replaces, services, gates, migrations, recoveryPoint, disk } = plan;
  const before = replaces === undefined ? '' : `, in place of release ${replaces}`;
  return [
    `Release ${release}${before}:`,
    serviceTable(services, width),
    ...(disk ? [diskLine(disk)] : []),
    ...(recoveryPoint ? ['A recovery point is saved first.'] : []),
    ...(migrations ? ['The schema is migrated.'] : []),
    ...(gates.before + gates.after > 0
      ? [`${formatCount(gates.before, 'check')} before it serves, ${gates.after} after.`]
      : []),
  ];
}

/** What a rollback will do, but for its steps. */
export function rollbackLines(
  { release, replaces, services, warm, schema }: RollbackPlan,
  width: number,
): string[] {
  return [
    `Back to release ${release}, from release ${replaces}:`,
    serviceTable(services, width),
    warm
      ? 'Its slots are warm: it takes seconds.'
      : 'Its slots are cold: they are started and proved first.',
    schemaLine(schema),
  ];
}

function schemaLine({ way, now = '', then = '', point = '' }: RollbackPlan['schema']): string {
  switch (way) {
    case 'same':
      return 'The schema stays as it is: it is the same for both.';
    case 'unknown':
      return 'The schema stays as it is: whether it is the same for both is not known.';
    case 'keep':
      return `The schema stays at ${now}; the release was made for ${then}.`;
    case 'down':
      return `The schema is taken down from ${now} to ${then}.`;
    case 'restore':
      return `All data come back as they were before: recovery point ${point}.`;
  }
}

function serviceTable(services: readonly PlannedService[], width: number): string {
  const rows = services.map((service) => [
    service.service,
    wayOf(service),
    imageOf(service),
    service.from === undefined ? '- (nothing runs)' : shortPinned(service.from),
  ]);
  return renderTable(['service', 'how', 'image', 'now'], rows, width - 2).replace(/^/gm, '  ');
}

function diskLine({ neededBytes, freeBytes }: DiskEstimate): string {
  const needed =
    neededBytes === undefined
      ? 'How much room the images to be pulled need is not known'
      : `The images to be pulled need about ${formatBytes(neededBytes)}`;
  const free = freeBytes === undefined ? 'not known' : formatBytes(freeBytes);
  return `${needed}. Free on the engine's disk: ${free}.`;
}

/** What will be built has no digest yet. */
function imageOf({ image, builds }: PlannedService): string {
  const isBuilt = builds === true && image.pinned === image.reference;
  return isBuilt ? `${image.reference} (built first)` : shortImage(image);
}

/** `into green: 5 %, 25 %, 100 %`, `into green, one by one: 50 %, 100 %`. */
function wayOf({ strategy, slot, shares, adopts, rolls }: PlannedService): string {
  if (strategy === 'recreate') return 'stopped, then started';
  const steps = shares.map((share) => `${share} %`).join(', ');
  const oneByOne = rolls === undefined ? '' : ', one by one';
  return `into ${slot ?? 'a slot'}${oneByOne}: ${steps}${adopts ? ', takes the port over' : ''}`;
}
