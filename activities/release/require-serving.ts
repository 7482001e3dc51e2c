import type { Release } from '../../workflows/model/release';
import type { DriftKind } from '../../workflows/model/serving';
import { whatRuns } from '../../workflows/release/what-runs';
import { AdapterError } from '../ports/adapter-error';
import type { ReleasePorts } from '../ports/host-ports';
import type { Site } from '../ports/site';
import { seeService } from '../containers/see-service';

/** Whatever the service: it is not the release's. */
const NOT_ITS_OWN: readonly DriftKind[] = ['compose-in-place', 'other-stack', 'other-release'];

/**
 * Behind a switch nobody is served by it; a single instance may have ended, or have no container by its Compose file. What
 * is unhealthy may get well, and one of several containers come back.
 */
const NOBODY_SERVED: readonly DriftKind[] = [
  'stopped',
  'paused',
  'missing',
  'no-slot-serves',
  'slot-down',
  'cut-off',
];

/** Throws: VerificationFailed (a service of the release is not what serves) */
export async function requireServing(
  ports: ReleasePorts,
  site: Site,
  {
    stack,
    project,
    release,
  }: { readonly stack: string; readonly project: string; readonly release: Release },
): Promise<void> {
  for (const { service, strategy } of release.services) {
    const seen = await seeService(ports, site, { stack, project, service });
    const as = { releases: [release], current: release.number };
    const { drifts } = whatRuns(stack, as, seen);
    const wrong = drifts.find(
      ({ kind }) =>
        NOT_ITS_OWN.includes(kind) || (strategy !== 'recreate' && NOBODY_SERVED.includes(kind)),
    );
    if (wrong === undefined) continue;
    throw new AdapterError(
      'VerificationFailed',
      `release ${release.number} does not serve: ${wrong.fact}`,
      {
        advice: 'Somebody has typed a Docker command meanwhile; see `pawl help beside-compose`.',
      },
    );
  }
}
