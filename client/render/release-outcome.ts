import type { ReleasedOutcome } from '../../workflows/model/outcome';
import { formatDuration, formatTime, indent, printable, withLocalTimes } from './format';
import { shortPinned } from './image';
import { renderTable } from './table';

/** What a deploy or a rollback came to, with the way back. */
export function renderReleased(outcome: ReleasedOutcome, width = Infinity): string {
  const { release, replaced, schemaHead, recoveryPoint, keptUntil, gapSeconds, notes } = outcome;
  const again = outcome.runbook === 'rollback' ? ' again' : '';
  const before = replaced === undefined ? '' : `, in place of release ${replaced}`;
  return [
    `Release ${release} serves${again}${before}`,
    serviceTable(outcome, width),
    ...canaryLines(outcome),
    ...(keptUntil === undefined
      ? []
      : [`What the data replaced is kept until ${formatTime(keptUntil)}; see \`pawl kept\`.`]),
    ...(gapSeconds === undefined
      ? []
      : [`Nothing answered for ${formatDuration(gapSeconds)}, while the port changed hands.`]),
    ...(schemaHead === undefined ? [] : [`The schema is at ${printable(schemaHead)}.`]),
    ...(recoveryPoint === undefined
      ? []
      : [`Recovery point ${recoveryPoint} has the data as it was before.`]),
    ...notes.map((note) => `  ${withLocalTimes(printable(note))}`),
    ...wayBack(outcome),
  ].join('\n');
}

function serviceTable({ services }: ReleasedOutcome, width: number): string {
  const rows = services.map(({ service, strategy, slot, image }) => [
    service,
    strategy === 'recreate' ? 'recreated' : `in ${slot ?? 'a slot'}`,
    shortPinned(image),
  ]);
  return indent(renderTable(['service', 'where', 'image'], rows, width - 2));
}

const VERDICTS: Readonly<Record<ReleasedOutcome['canary'][number]['verdict'], string>> = {
  passed: 'passed',
  'not-enough-traffic': "too few users' answers to judge by",
  'probes-only': 'not judged by users',
  skipped: 'skipped',
};

function canaryLines({ canary }: ReleasedOutcome): string[] {
  return canary.map(({ service, share, verdict, detail }) => {
    const judged = VERDICTS[verdict];
    return `  ${printable(service)} at ${share} %: ${judged}: ${printable(detail)}`;
  });
}

function wayBack({ runbook, replaced, noWayBack, warmUntil }: ReleasedOutcome): string[] {
  if (replaced === undefined) return [];
  if (noWayBack === 'plain-compose') {
    return ['There is a way back from the next release on: `pawl rollback`.'];
  }
  if (noWayBack === 'schema-taken-down') {
    return [`Release ${replaced} needs a schema that is gone: \`pawl deploy\` makes both again.`];
  }
  const command = runbook === 'deploy' ? 'pawl rollback' : `pawl rollback --to ${replaced}`;
  return warmUntil === undefined
    ? [`\`${command}\` goes back.`]
    : [`\`${command}\` goes back, in seconds until ${formatTime(warmUntil)}.`];
}
