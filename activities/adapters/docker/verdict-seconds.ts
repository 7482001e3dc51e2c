import type Dockerode from 'dockerode';

/** The engine's own values where the image and the Compose file have none. Source: Dockerfile reference, HEALTHCHECK */
const DEFAULT = { interval: 30, timeout: 30, retries: 3 };
const NANOSECONDS = 1e9;

/**
 * How long after a start the engine may need to say whether a container is healthy: its start period, and then as many
 * checks as it takes to call it unhealthy, each as slow as it may be, and one more. Undefined without a health check.
 */
export function verdictSeconds({
  Healthcheck: check,
}: Pick<Dockerode.ContainerInspectInfo['Config'], 'Healthcheck'>): number | undefined {
  const [kind] = check?.Test ?? [];
  if (check === undefined || kind === undefined || kind === 'NONE') return undefined;
  const seconds = (value: number | undefined, otherwise: number): number =>
    value === undefined || value === 0 ? otherwise : value / NANOSECONDS;
  const interval = seconds(check.Interval, DEFAULT.interval);
  const timeout = seconds(check.Timeout, DEFAULT.timeout);
  const retries =
    check.Retries === undefined || check.Retries === 0 ? DEFAULT.retries : check.Retries;
  return seconds(check.StartPeriod, 0) + (interval + timeout) * (retries + 1);
}
