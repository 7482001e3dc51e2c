import type { SeenCopy } from '../../workflows/model/copy';
import type {
  ListedPoint,
  PointList,
  PointVerification,
  RecoveryPointSummary,
  VerifiedPart,
} from '../../workflows/model/recovery-point';
import { cut, formatBytes, formatFullTime, printable } from './format';
import { renderTable } from './table';

/** JSON has them all. */
const HELD_WIDTH = 60;

/** Recovery points, newest first, and what is not as it should be. */
export function renderPoints(
  { points, unreadable }: PointList,
  width = Infinity,
  copies: readonly SeenCopy[] = [],
): string {
  const broken = unreadable.map(({ id, takenAt, reason }) => {
    const taken = takenAt === undefined ? '' : `, taken ${formatFullTime(takenAt)},`;
    return printable(`${id}${taken} cannot be read: ${reason}`);
  });
  if (points.length === 0 && broken.length === 0) return 'No recovery point yet: `pawl backup`.';
  const unread = copies.flatMap(({ name, away }) =>
    away === undefined ? [] : printable(`Copy ${name} was not read: ${away}`),
  );
  const shown = points.length === 0 ? [] : [table(points, width, copies)];
  return [...shown, ...broken, ...unread].join('\n');
}

/** Whether each copy holds a point, as far as it was read; nothing where there is none. */
export function placesOf(
  { runKey }: Pick<RecoveryPointSummary, 'runKey'>,
  copies: readonly SeenCopy[] = [],
): { readonly copies?: Readonly<Record<string, 'yes' | 'no' | 'away'>> } {
  if (copies.length === 0) return {};
  const places = copies.map(({ name, away, held }): [string, 'yes' | 'no' | 'away'] => {
    if (away !== undefined) return [name, 'away'];
    return [name, held.includes(runKey) ? 'yes' : 'no'];
  });
  return { copies: Object.fromEntries(places) };
}

function placeWords(point: ListedPoint, copies: readonly SeenCopy[]): string[] {
  const places = Object.entries(placesOf(point, copies).copies ?? {});
  return places.length === 0 ? [] : [places.map(([name, is]) => `${name} ${is}`).join(', ')];
}

function table(points: readonly ListedPoint[], width: number, copies: readonly SeenCopy[]): string {
  const isDrilled = points.some(({ proof }) => proof !== undefined);
  return renderTable(
    [
      ...['point', 'taken', 'run', 'parts', 'size'],
      ...(copies.length === 0 ? [] : ['copies']),
      'of',
      ...(isDrilled ? ['proved'] : []),
    ],
    points.map((point) => [
      point.id,
      formatFullTime(point.takenAt),
      point.run,
      point.missing === 0
        ? String(point.parts)
        : `${point.parts - point.missing} of ${point.parts}`,
      formatBytes(point.bytes),
      ...placeWords(point, copies),
      cut(`${held(point)}${gone(point)}`, HELD_WIDTH),
      ...(isDrilled ? [provedWords(point.proof)] : []),
    ]),
    width,
  );
}

/** When a point was proved, and by which gates; or what its newest drill failed at. */
function provedWords(proof: ListedPoint['proof']): string {
  if (proof === undefined) return 'never';
  const when = formatFullTime(proof.provedAt);
  if (!proof.ok) return `${when}: FAILED at ${printable(proof.failed ?? 'a gate')}`;
  return `${when}: ${proof.gates.join(', ')}${proof.whole ? '' : '; not all of it'}`;
}

/** What `pawl points verify` has found. */
export function renderVerification({ point, parts }: PointVerification): string {
  const rows = parts.map(({ name, state, detail }) => [
    name,
    detail === undefined ? STATES[state] : `${STATES[state]}: ${detail}`,
  ]);
  const bad = parts.filter(isLost).length;
  const verdict =
    bad === 0
      ? `Recovery point ${point.id} is whole.`
      : `Recovery point ${point.id} is not whole: ${bad} of ${parts.length} parts cannot be restored.`;
  return `${renderTable(['part', 'is'], rows)}\n${verdict}`;
}

export function isLost({ state }: VerifiedPart): boolean {
  return state === 'missing' || state === 'damaged';
}

const STATES: Readonly<Record<VerifiedPart['state'], string>> = {
  present: 'there, not read',
  proved: 'read, as it was saved',
  missing: 'no longer in the repository',
  damaged: 'damaged',
};

/** `, partial: only accounts` for one that a plain restore does not take; nothing for any other. */
export function partialRemark(point: Held): string {
  return point.partial ? `, partial: ${held(point)}` : '';
}

type Held = Partial<Pick<RecoveryPointSummary, 'partial' | 'entries'>>;

function held({ partial, entries = [] }: Held): string {
  return partial ? `only ${entries.join(', ')}` : 'everything';
}

function gone({ missing, missingParts }: ListedPoint): string {
  if (missing === 0) return '';
  const unnamed = missing - missingParts.length;
  const more = missingParts.length === 0 ? `${unnamed} parts` : `and ${unnamed} more`;
  return `; gone: ${[...missingParts, ...(unnamed > 0 ? [more] : [])].join(', ')}`;
}
