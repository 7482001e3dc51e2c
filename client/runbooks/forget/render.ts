import type { ForgetOutcome } from '../../../workflows/model/outcome';
import type { ForgetPlan, PlannedForget } from '../../../workflows/model/plans';
import { formatDuration, indent, printable } from '../../render/format';
import { shortPinned } from '../../render/image';
import { renderTable } from '../../render/table';

/** What a forget will do, but for its steps. */
export function planLines(plan: ForgetPlan, width: number): string[] {
  const { replaces, services, lines, folder } = plan;
  if (plan.changesNothing === true) return [renderForgotten(plan)];
  return [
    `From release ${replaces} to plain Compose:`,
    serviceTable(services, width),
    ...(lines.length === 0
      ? []
      : [
          'The Compose files say this otherwise than the release, and it is theirs that counts then:',
          ...lines.map((text) => `  ${printable(text)}`),
        ]),
    keptLine(folder),
  ];
}

/** Where there is nothing to do, and nothing is asked. */
export function renderForgotten({ stack, folder }: ForgetPlan): string {
  return `Nothing to forget: plain Compose runs ${stack} already.\n${keptLine(folder)}`;
}

/** What a forget came to, with the way to delete what stays, and the way back. */
export function renderOutcome(outcome: ForgetOutcome, width = Infinity): string {
  const { services, release, folder } = outcome;
  const rows = services.map(({ service, image, gapSeconds }) => [
    service,
    imageOf(image),
    gapSeconds === undefined ? 'no gap' : `at most ${formatDuration(gapSeconds)}`,
  ]);
  const others = services.filter(({ image }) => image.named === 'other');
  return [
    `Plain Compose runs the services again; release ${release} is the record of it.`,
    indent(renderTable(['service', 'image', 'without an answer'], rows, width - 2)),
    others.length === 0
      ? '`docker compose up -d` finds them as the Compose file says, and changes nothing.'
      : `\`docker compose up -d\` will replace ${others.map(({ service }) => service).join(', ')}: the Compose file names another image.`,
    keptLine(folder),
    'Now take `deploy`, `gates`, `migrations` and `release` out of the stack file; or take the services again with `pawl deploy`.',
  ].join('\n');
}

/** Nothing of it is in the way of anybody. */
function keptLine(folder: string): string {
  return `Data, recovery points and releases stay. \`rm -r ${printable(folder)}\` deletes the releases; their images are named \`pawl/…\`.`;
}

function serviceTable(services: readonly PlannedForget[], width: number): string {
  const rows = services.map(({ service, from, active, image }) => [
    service,
    from === 'compose'
      ? 'goes on'
      : `from ${from === 'switch' ? (active ?? 'its slot') : 'one instance'}`,
    imageOf(image),
  ]);
  return indent(renderTable(['service', 'how', 'image'], rows, width - 2));
}

/** By its name, where the Compose file has it. */
function imageOf({ reference, id, named }: PlannedForget['image']): string {
  return named === 'other' ? shortPinned(id) : reference;
}
