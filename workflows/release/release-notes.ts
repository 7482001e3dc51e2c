import type { PlannedService } from '../model/plans';
import type { ObservedRelease } from './observed-release';

/* What a plan says beside its steps. */

export function renewalNotes(services: readonly PlannedService[]): string[] {
  return services
    .filter(({ renewsSwitch }) => renewsSwitch === true)
    .map(
      ({ service }) =>
        `The switch of ${service} is recreated, with another image or with other ports, networks or names: requests in ` +
        'flight are cut off, and from the stop of the old one to the first answer of the new one there is a gap, usually ' +
        'a few seconds. If the release is undone, the gap comes a second time.',
    );
}

/** What plain Compose runs in the place of a switch, and what taking it over costs. */
export function takeOverNotes(
  { services: seen, stored }: ObservedRelease,
  services: readonly PlannedService[],
): string[] {
  const byPawl = stored.releases.some(
    ({ number, adopted }) => number === stored.current && !adopted,
  );
  const again = byPawl ? ' again, since Compose itself has recreated it' : '';
  return services
    .filter(({ adopts, slot }) => adopts && slot !== undefined)
    .map(({ service }) => {
      const ports = seen.find((one) => one.service === service)?.published ?? [];
      const what = ports.length === 0 ? 'its name' : `port ${ports.join(', ')}`;
      return (
        `Plain Compose runs ${service} now. The switch takes ${what} over${again}: from the stop of the old ` +
        'container to the first answer of the new one there is a gap, usually some seconds. Later releases have none.'
      );
    });
}

/** What is not as the current release has it, but for what is taken over. */
export function driftNotes({ services }: ObservedRelease): string[] {
  return services.flatMap(({ service, drifts = [] }) =>
    drifts
      .filter(({ kind }) => kind !== 'compose-in-place')
      .map(
        ({ fact }) => `${service} is not as its release has it: ${fact}. This run puts it right.`,
      ),
  );
}
