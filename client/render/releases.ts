import type { Release } from '../../workflows/model/release';
import type { Serving } from '../../workflows/model/serving';
import type { WarmSlot } from '../../workflows/model/warm';
import { cut, formatTime } from './format';
import { driftsOf, driftWords } from './serving';
import { renderTable } from './table';

/** JSON has them all. */
const IMAGES_WIDTH = 60;

/** What is known beside the releases themselves. */
interface Shown {
  readonly warm: readonly WarmSlot[];
  /** Absent when the host did not say. */
  readonly serving: Serving | undefined;
}

/** Releases, newest first. */
export function renderReleases(
  releases: readonly Release[],
  current: number | undefined,
  { warm, serving }: Shown,
  width = Infinity,
): string {
  if (releases.length === 0) return 'No release yet: `pawl deploy`.';
  const table = renderTable(
    ['release', 'when', 'by', 'images', 'schema', 'state'],
    releases.map((release) => [
      String(release.number),
      formatTime(release.releasedAt),
      release.requestedBy,
      cut(imagesOf(release), IMAGES_WIDTH),
      release.schemaHead ?? '-',
      stateOf(release, current, warm, serving),
    ]),
    width,
  );
  const wrong = serving === undefined ? [] : driftsOf(serving);
  return [table, ...wrong.map(driftWords)].join('\n');
}

/** Of a host that does not say, nothing is claimed. */
function isSo(serving: Serving | undefined): boolean {
  return serving !== undefined && driftsOf(serving).length === 0;
}

function imagesOf({ services }: Release): string {
  return services.map(({ service, image }) => `${service}=${image.reference}`).join(', ');
}

function stateOf(
  { number, adopted, replaced }: Release,
  current: number | undefined,
  warm: readonly WarmSlot[],
  serving: Serving | undefined,
): string {
  const until = warm
    .filter(({ release }) => release === number)
    .map((slot) => slot.until)
    .sort()
    .at(-1);
  const words = [
    ...(number === current ? [isSo(serving) ? 'serves' : 'current'] : []),
    ...(until === undefined ? [] : [`warm until ${formatTime(until)}`]),
    ...(adopted ? [replaced === undefined ? 'before pawl' : 'plain Compose'] : []),
  ];
  return words.join(', ');
}
