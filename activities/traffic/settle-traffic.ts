import type { SwitchDeployment } from '../../workflows/model/deployment';
import type { SettledService, SettledTraffic } from '../../workflows/model/forced-end';
import type { ServiceState } from '../../workflows/model/serving';
import { ALL, sharesOf } from '../../workflows/model/traffic';
import { servingOf } from '../containers/observe-serving';
import { projectOf } from '../containers/project-of';
import { runStep, type StepInput } from '../frame/run-step';
import type { Attempt } from '../ports/attempt';
import type { HostPorts } from '../ports/host-ports';
import type { Site } from '../ports/site';
import { steer } from './steer-traffic';

/**
 * Sends all requests of each switched service to the slot of its current release, as the host's own files name it: what a
 * release that never ended has left at a share. A slot that it needs and that was removed is made again.
 * Shape:  { stack } → where the requests of each service go, and what is still not as it should be
 * Retry:  safe; a service whose requests all go there is left alone
 * Throws: as steerTraffic and observeServing
 */
export const settleTraffic =
  (ports: HostPorts) =>
  (input: StepInput): Promise<SettledTraffic> =>
    runStep(ports, input, { phase: 'settle traffic' }, async (attempt, site) => {
      const before = await servingOf(ports.release, site, input.stack, attempt);
      const services: SettledService[] = [];
      for (const state of before.services) {
        const settled = await settle(ports, site, { ...input, state }, attempt);
        if (settled !== undefined) services.push(settled);
      }
      const now = await servingOf(ports.release, site, input.stack, attempt);
      const left = now.services.flatMap(({ service, drifts: [drift] }) =>
        drift === undefined ? [] : [`${service}: ${drift.fact}`],
      );
      return { services, left };
    });

/** Undefined of a service that has no slot by its current release, or no release yet. */
async function settle(
  ports: HostPorts,
  site: Site,
  { stack, state }: StepInput & { readonly state: ServiceState },
  attempt: Attempt,
): Promise<SettledService | undefined> {
  const { service, should } = state;
  const deployment = stack.deploy?.services.find((one) => one.service === service);
  if (should?.by !== 'switch' || should.slot === undefined) return undefined;
  if (deployment === undefined || deployment.strategy === 'recreate') return undefined;
  const { slot, release } = should;
  const settled = { service, slot, release };
  if (servesWhole(state)) return { ...settled, putBack: false };
  const traffic = sharesOf(slot, ALL, 'off');
  const project = await projectOf(ports.release, site, attempt);
  const input = { ...{ stack, project, traffic, release }, replicas: 1 };
  const of: SwitchDeployment = deployment;
  await steer(ports, site, { ...input, deployment: of, releases: { [slot]: release } }, attempt);
  return { ...settled, putBack: true };
}

function servesWhole({ should, serves, inPlace }: ServiceState): boolean {
  const [first, ...others] = serves;
  const isIts = first?.slot === should?.slot && first?.share === 100;
  return inPlace === 'switch' && others.length === 0 && isIts;
}
