import type { Release } from './release';

/**
 * A file of a release, its Compose model or `release.json`: JSON, which as YAML nobody reads in two ways. Written plain,
 * `1_000`, `2001-12-14` and `0b11` would be other things than the strings that they are.
 */
export function releaseText(content: object): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** Of a release's record, as this version writes it and reads it. */
export const RELEASE_FORMAT = 1;

/** `release.json`: it says of which format it is. */
export function releaseRecordText(release: Release): string {
  return releaseText({ schema: `pawl/release@${RELEASE_FORMAT}`, ...release });
}
