/** A build that a host has as its own: what is installed there. */
export interface HostBuild {
  readonly host: string;
  readonly buildId: string;
}

/**
 * Chooses the build under which new runs begin. Hosts cannot all be upgraded at one instant, and any of them may be off: so
 * runs begin under the build that most hosts can be trusted to have, which is the oldest that is still installed somewhere.
 * A host that has been upgraded keeps the bundle of the build before and works for it; one that has not knows no newer one.
 *
 * - As long as one host has the current build as its own, that stays: also when another comes (back) with an older one. For
 *   the stacks' own workflows move with the current build, and must not go back and forth.
 * - When no host has it any more (all are upgraded, or taken back), the oldest of those that hosts have takes its place.
 * Shape:  { current?, hosts, known: builds in the order in which the server first saw them } → build id; undefined = no host
 */
export function chooseCurrent({
  current,
  hosts,
  known,
}: {
  readonly current: string | undefined;
  readonly hosts: readonly HostBuild[];
  readonly known: readonly string[];
}): string | undefined {
  const installed = new Set(hosts.map(({ buildId }) => buildId));
  if (current !== undefined && installed.has(current)) return current;
  // What the server has not seen yet is the newest.
  const oldest = known.find((buildId) => installed.has(buildId));
  return oldest ?? hosts[0]?.buildId;
}
