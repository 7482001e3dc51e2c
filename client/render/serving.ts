import type { Drift, ServiceState, Serving } from '../../workflows/model/serving';
import { printable } from './format';

/** `api: release 4 in green`, `api: release 3 in blue 75 %, release 4 in green 25 %`, `api: nobody`. */
export function describeServing({ service, serves }: ServiceState): string {
  const words = serves.map(({ slot, release, share }) => {
    const what = release === undefined ? 'plain Compose' : `release ${release}`;
    const where = slot === undefined ? '' : ` in ${slot}`;
    return `${what}${where}${serves.length > 1 ? ` ${share} %` : ''}`;
  });
  return `${printable(service)}: ${words.length === 0 ? 'nobody' : words.join(', ')}`;
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
