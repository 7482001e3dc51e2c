import type { Obstacle } from '../model/obstacle';
import type { ObservedRelease } from './observed-release';

/** An image of the release that comes back, and that nobody has any more. Undefined when all are to be had. */
export function refuseMissingImages(
  { missing = [] }: ObservedRelease,
  release: number,
): Obstacle | undefined {
  const gone = missing.filter((one) => one.gone);
  if (gone.length === 0) return undefined;
  const told = gone.map(({ service, reason = 'only this host had it' }) => `${service}: ${reason}`);
  return {
    obstacle: `release ${release} cannot come back, for its images are gone: ${told.join('; ')}`,
    advice:
      'Build or load that version again, and release it with `pawl deploy --image SERVICE=IMAGE`; `pawl releases` lists the others.',
  };
}

export function missingImageNotes({ missing = [] }: ObservedRelease): string[] {
  return missing
    .filter(({ gone }) => !gone)
    .map(
      ({ service, pinned }) =>
        `The image of ${service} is no longer on this host: it is pulled again by its digest, ${pinned}.`,
    );
}
