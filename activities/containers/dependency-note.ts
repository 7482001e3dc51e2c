import type { ServiceContainer } from '../ports/service-containers';
import { hasEnded, isRunning } from './service-container';

/** What is told of a service that a released one depends on. Undefined where it is as it should be. */
export function dependencyNote(
  service: string,
  containers: readonly Pick<ServiceContainer, 'state' | 'exitCode'>[],
  { runsOnce }: { readonly runsOnce: boolean },
): string | undefined {
  if (containers.some(isRunning)) return undefined;
  const start = `\`docker compose up -d ${service}\``;
  if (!runsOnce) {
    return `Service ${service} does not run, and a released service depends on it: ${start} starts it.`;
  }
  const ended = containers.filter(hasEnded);
  if (ended.length === 0) {
    return `Service ${service} has not run yet, and a released service waits for its success: ${start} runs it.`;
  }
  const failed = ended.find(({ exitCode }) => exitCode !== 0);
  if (failed === undefined) return undefined;
  return `Service ${service} ended with exit code ${failed.exitCode}, and a released service waits for its success: ${start} runs it again.`;
}
