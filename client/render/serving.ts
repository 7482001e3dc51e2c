import type {
  Drift,
  ServiceState,
  Serving,
  ServingContainers,
} from '../../workflows/model/serving';
import { formatCount, printable } from './format';

/** `api: release 4 in green (healthy)`, `api: release 3 in blue 75 %, release 4 in green 25 %`, `api: nobody`. */
export function describeServing({ service, serves }: ServiceState): string {
  const words = serves.map((one) => {
    const { slot, release, share } = one;
    const what = release === undefined ? 'plain Compose' : `release ${release}`;
    const where = slot === undefined ? '' : ` in ${slot}`;
    return `${what}${where}${serves.length > 1 ? ` ${share} %` : ''}${conditionOf(one)}`;
  });
  return `${printable(service)}: ${words.length === 0 ? 'nobody' : words.join(', ')}`;
}

/** ` (healthy)`, ` (3 containers, starting)`; nothing where there is nothing to say. */
export function conditionOf({ running, health }: ServingContainers): string {
  const words = [
    ...(running > 1 ? [formatCount(running, 'container')] : []),
    ...(health === undefined ? [] : [health]),
  ];
  return words.length === 0 ? '' : ` (${words.join(', ')})`;
}

/** `shop-web-1 has stopped: nobody answers for web. \`docker start shop-web-1\` starts it again.` */
export function driftWords({ fact, way }: Drift): string {
  return printable(`${capital(fact)}. ${capital(way)}.`);
}

/** Everything that is not as it should be. */
export function driftsOf({ services, edge }: Serving): readonly Drift[] {
  return [...services.flatMap(({ drifts }) => drifts), ...(edge === undefined ? [] : [edge])];
}

/** Names of containers stay as they are: a sentence may begin with one. */
function capital(text: string): string {
  return /^(?:the|there|no|requests|release|give) /.test(text)
    ? `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`
    : text;
}
