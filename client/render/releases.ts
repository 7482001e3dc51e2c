import type { Release } from '../../workflows/model/release';
import type { WarmSlot } from '../../workflows/model/warm';
import { cut, formatTime } from './format';
import { renderTable } from './table';

/** JSON has them all. */
const IMAGES_WIDTH = 60;

/** Releases, newest first. */
export function renderReleases(
  releases: readonly Release[],
  current: number | undefined,
  warm: readonly WarmSlot[],
  width = Infinity,
): string {
  if (releases.length === 0) return 'No release yet: `pawl deploy`.';
  return renderTable(
    ['release', 'when', 'by', 'images', 'schema', 'state'],
    releases.map((release) => [
      String(release.number),
      formatTime(release.releasedAt),
      release.requestedBy,
      cut(imagesOf(release), IMAGES_WIDTH),
      release.schemaHead ?? '-',
      stateOf(release, current, warm),
    ]),
    width,
  );
}

function imagesOf({ services }: Release): string {
  return services.map(({ service, image }) => `${service}=${image.reference}`).join(', ');
}

function stateOf(
  { number, adopted }: Release,
  current: number | undefined,
  warm: readonly WarmSlot[],
): string {
  const until = warm
    .filter(({ release }) => release === number)
    .map((slot) => slot.until)
    .sort()
    .at(-1);
  const words = [
    ...(number === current ? ['serves'] : []),
    ...(until === undefined ? [] : [`warm until ${formatTime(until)}`]),
    ...(adopted ? ['before pawl'] : []),
  ];
  return words.join(', ');
}
