import { longFingerprint } from './fingerprint';

/** Names that stand in an image's name as they are, with one separator at a time. */
const PLAIN = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

/** The engine takes names of 255 characters at most. */
const LONGEST = 200;

/**
 * The repository in which pawl names the images of a service's releases: whatever `docker image prune` finds, they have a
 * name. Different services, also of stacks called alike, have different ones.
 * Shape:  (`shop`, `api`) → `pawl/shop-api`; (`web-shop`, `api`) → `pawl/web-shop--api`, since there may be a stack `web`
 * Source: distribution/reference, "Grammar"
 */
export function releaseRepository(stack: string, service: string): string {
  const isPlain = PLAIN.test(stack) && PLAIN.test(service);
  if (isPlain && stack.length + service.length < LONGEST) {
    return `pawl/${stack}${stack.includes('-') ? '--' : '-'}${service}`;
  }
  const key = `${stack}/${service}`;
  const readable = key
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST);
  return `pawl/${readable.replace(/^-|-$/g, '')}-${longFingerprint(key)}`;
}

export function releaseImage(stack: string, service: string, release: number): string {
  return `${releaseRepository(stack, service)}:release-${release}`;
}

/** The release of a tag that `heldImage` made. */
export function releaseOfTag(tag: string): number | undefined {
  const [, number] = /^release-([1-9]\d*)$/.exec(tag) ?? [];
  return number === undefined ? undefined : Number(number);
}
