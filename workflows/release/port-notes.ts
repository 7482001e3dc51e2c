import { hasSwitch, type Deployment } from '../model/deployment';
import type { PlannedService } from '../model/plans';
import type { ObservedRelease, ObservedService } from './observed-release';

/** What becomes of the other ports of a service that a switch takes over: which are passed on, and which are not. */
export function portNotes(
  { services }: ObservedRelease,
  service: string,
  deployments: readonly Deployment[],
): string[] {
  const deployment = deployments.find((one) => one.service === service);
  if (deployment === undefined || !hasSwitch(deployment)) return [];
  const exposed = services.find((one) => one.service === service)?.exposed ?? [];
  const further = portsOf(exposed, 'tcp').filter((port) => port !== deployment.port);
  const others = [...portsOf(exposed, 'udp'), ...portsOf(exposed, 'sctp')];
  return [
    ...(further.length === 0
      ? []
      : [
          `The switch passes connections to port ${listed(further)} of ${service} on as they are, as many of them to the new ` +
            'release as of the requests.',
        ]),
    ...(others.length === 0
      ? []
      : [
          `The image of ${service} exposes port ${listed(others)} for something else than TCP, which the switch does not pass ` +
            `on: if others reach it as ${service}, release the service with \`strategy: recreate\`.`,
        ]),
  ];
}

/** Docker chooses for each container, and so for a new switch. */
export function anywhereNotes(
  { services }: ObservedRelease,
  planned: readonly PlannedService[],
): string[] {
  const made = planned.filter(
    ({ strategy, adopts, renewsSwitch }) => strategy === 'recreate' || adopts || renewsSwitch,
  );
  return made.flatMap(({ service }) => {
    const { anywhere = [] } = services.find((one) => one.service === service) ?? {};
    return anywhere.map(({ target, range }) => anywhereNote(service, target, range));
  });
}

function anywhereNote(service: string, target: number, range: string | undefined): string {
  const where = range === undefined ? 'at a port of its choice' : `at a port from ${range}`;
  return (
    `Docker publishes port ${target} of ${service} ${where}, and chooses again with this release: it may be another ` +
    `port than now. \`docker compose port ${service} ${target}\` says which.`
  );
}

function portsOf(exposed: NonNullable<ObservedService['exposed']>, protocol: string): number[] {
  const ports = exposed
    .filter((port) => port.endsWith(`/${protocol}`))
    .map((port) => Number.parseInt(port, 10));
  return [...new Set(ports)].sort((a, b) => a - b);
}

const MOST_LISTED = 6;

/** `22, 9090 and 9091`. */
function listed(ports: readonly number[]): string {
  const shown = ports.slice(0, MOST_LISTED).map(String);
  const more = ports.length - shown.length;
  const all = more > 0 ? [...shown, `${more} more`] : shown;
  const last = all.at(-1) ?? '';
  return all.length > 1 ? `${all.slice(0, -1).join(', ')} and ${last}` : last;
}
