/** What Compose calls a container before it takes the place of an older one: that one's id before the name. */
const NAME_UNTIL_RENAMED = /^[0-9a-f]{12}_./;

interface Listed {
  readonly Name: string;
  readonly Service: string;
}

/**
 * Whether a service's container still has the name that it had only until it was renamed. Compose that was killed before
 * takes it for finished from then on, but whoever looks for the container's name does not find it.
 * Shape:  what `ps --format json` printed, service → whether it is to be made anew
 */
export function isHalfMade(listed: string, service: string): boolean {
  return listed
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Listed)
    .some(({ Name, Service }) => Service === service && NAME_UNTIL_RENAMED.test(Name));
}
