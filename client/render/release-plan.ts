import type {
  DeployPlan,
  DiskEstimate,
  PlannedChanges,
  PlannedService,
  RollbackPlan,
} from '../../workflows/model/plans';
import { formatBytes, formatCount, indent, printable } from './format';
import { shortImage, shortPinned } from './image';
import { leftOutLines } from './left-out';
import { renderTable } from './table';

/** What a deploy will do, but for its steps. */
export function deployLines(plan: DeployPlan, width: number): string[] {
  const { release, replaces, services, gates, recoveryPoint, disk } = plan;
  const before = replaces === undefined ? '' : `, in place of release ${replaces}`;
  return [
    `Release ${release}${before}:`,
    serviceTable(services, width),
    ...(disk ? [diskLine(disk)] : []),
    ...(plan.changesNothing === true ? ['It changes nothing: all of it serves already.'] : []),
    ...(plan.changes === undefined ? [] : changeLines(plan.changes)),
    ...(recoveryPoint ? ['A recovery point is saved first.'] : []),
    ...migrationLines(plan),
    ...(gates.before + gates.after > 0
      ? [`${formatCount(gates.before, 'check')} before it serves, ${gates.after} after.`]
      : []),
  ];
}

/** Where there is nothing to do, and nothing is asked. */
export function renderUnchanged({ stack, replaces, services }: DeployPlan): string {
  return [
    `Nothing to deploy: release ${replaces ?? ''} of ${stack} serves, with these images and settings.`,
    ...services.map(({ service, image }) => `  ${printable(service)}  ${shortImage(image)}`),
    '`pawl deploy --force` makes a release of it all the same.',
  ].join('\n');
}

/** Of the Compose files, and of what they do not say. */
function changeLines({ lines, variables }: PlannedChanges): string[] {
  const names = variables.map(printable).join(', ');
  return [
    ...(lines.length === 0
      ? []
      : ['Changed in the Compose files:', ...lines.map((text) => `  ${printable(text)}`)]),
    ...(names === ''
      ? []
      : [
          `Changed for ${names}: what variables or env files stand for. Their values are not shown.`,
        ]),
  ];
}

function migrationLines({ migrations, migrates }: DeployPlan): string[] {
  if (!migrations || migrates === undefined) return migrations ? ['The schema is migrated.'] : [];
  const { service, command, from } = migrates;
  const head = from === undefined ? '' : `, from ${printable(from)}`;
  return [
    `The schema is migrated${head}: \`${printable(command.join(' '))}\` in ${printable(service)}.`,
  ];
}

/** What a rollback will do, but for its steps. */
export function rollbackLines(
  { release, replaces, services, warm, schema, restores }: RollbackPlan,
  width: number,
): string[] {
  return [
    `Back to release ${release}, from release ${replaces}:`,
    serviceTable(services, width),
    warm
      ? 'Its slots are warm: it takes seconds.'
      : 'Its slots are cold: they are started and proved first.',
    schemaLine(schema),
    ...(restores?.parts.flatMap(leftOutLines) ?? []),
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
      return `All data comes back as it was before: recovery point ${point}.`;
  }
}

function serviceTable(services: readonly PlannedService[], width: number): string {
  const rows = services.map((service) => [
    service.service,
    wayOf(service),
    imageOf(service),
    nowOf(service),
  ]);
  return indent(renderTable(['service', 'how', 'image', 'now'], rows, width - 2));
}

/** The current image by its name, where it is another one. */
function nowOf({ from, was }: PlannedService): string {
  if (from === undefined) return '- (nothing runs)';
  return was === undefined ? shortPinned(from) : shortImage(was);
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
