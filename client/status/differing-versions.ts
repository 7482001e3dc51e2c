import type { HostWorker } from '../temporal/workers';

/** Each fact a sentence without its full stop; none when all are of one version. */
export function differing(client: string, workers: readonly HostWorker[]): readonly string[] {
  const ofWorkflows = workers.filter(({ stepsOnly }) => stepsOnly !== true);
  const builds = new Set(ofWorkflows.map(({ buildId }) => buildId));
  const others = workers.filter(({ version }) => version !== client);
  return [
    ...others.map(
      ({ host, version }) =>
        `The worker of host "${host}" is pawl ${version ?? 'before 0.2.0'}, this command is ${client}`,
    ),
    ...(builds.size > 1
      ? ['Hosts differ: new runs begin under the older workflows until all are upgraded']
      : []),
    ...workers
      .filter(({ stepsOnly, version }) => stepsOnly === true && version === client)
      .filter(({ buildId }) => builds.size > 0 && !builds.has(buildId))
      .map(({ host }) => `The worker of host "${host}" is of another build than the workflows`),
  ];
}
